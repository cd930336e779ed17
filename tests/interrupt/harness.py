"""A load that can be stopped at a known place: the source holds its answers back meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from migrate.pipeline.finalise import finalise
from tests.command_line import Finished, Project, ended, wait_until
from tests.small_world import PERSON, VISIT, SmallWorld, changed, notes, person, uid, visit
from tests.source.scripted_dynamodb import ScriptedDynamoDB, scripted

PERSONS = 60
# Ten items make a unit of 1 MB, so that a table is several units in each of its two segments.
_BULK = "x" * 100_000
WIDE = changed(PERSON, columns={"code": {"from": "code", "type": "text"}})


class Interrupted:
    """The command line on a small world whose source can be held and made to fail."""

    def __init__(self, folder: Path, world: SmallWorld, script: ScriptedDynamoDB) -> None:
        self.world = world
        self.script = script
        self.project = Project(folder)
        self.project.mappings(WIDE, VISIT)
        self.project.use(world, script.url)
        self.job = world.job(WIDE, VISIT)

    def fill(self) -> None:
        """Persons and visits, some of which must become rejects."""
        self.world.put("Person", *(person(n, code=_BULK, badge=n) for n in range(PERSONS - 4)))
        self.world.put("Person", person(90, badge=1000), person(91, badge=1000), person("a"))
        self.world.put("Person", person("A"))
        entries = notes({"body": "a"}, {"body": "b", "author": uid(90)}, {"body": {"N": "1"}})
        self.world.put("Visit", *(visit(100 + n, of=n, notes=entries) for n in range(5)))
        self.world.put("Visit", visit(200, of=90))

    def load(self) -> subprocess.Popen[str]:
        return self.project.start("load", "--json")

    def load_and_hold(self, pages: int, workers: int = 2) -> subprocess.Popen[str]:
        """A load of which all workers wait for the next page of their segment of persons.

        The pages before are committed, each as a unit.
        """
        before = self.units()
        self.script.hold_after(pages)
        started = self.load()

        def holds() -> bool:
            # The next page is asked for while the one before is still being written.
            is_written = self.units() >= before + pages * workers
            return self.script.held == workers and is_written

        wait_until(lambda: holds() or started.poll() is not None, "held scans")
        assert started.poll() is None, ended(started).stderr
        return started

    def let_go(self) -> None:
        self.script.hold_after(None)

    def units(self) -> int:
        """Committed units of all runs."""
        try:
            return int(
                self.world.rows("select count(*) from migrate.units where kind='load'")[0][0]
            )
        except psycopg.errors.UndefinedTable:
            return 0

    def sessions(self, name: str = "migrate load%") -> list[int]:
        """Backends of commands at work on this target."""
        found = self.world.rows(
            "select pid from pg_stat_activity where datname = current_database()"
            f" and application_name like '{name}' order by pid"
        )
        return [row[0] for row in found]

    def wait_until_gone(self) -> None:
        """Until the last worker's session is over."""
        wait_until(lambda: not self.sessions(), "the workers' end")

    def finish(self) -> Finished:
        """The same command again, to its end; then the whole is judged and compared."""
        result = ended(self.load())
        assert result.code == 0, result.stderr
        finalise(self.job)
        self.check()
        return result

    def check(self) -> None:
        """Equal and in balance, with the rejects that a load without interruption makes."""
        self.world.check(self.job)
        account = self.world.account()
        assert (account["Person"].read, account["Visit"].read) == (PERSONS, 6)
        rules = sorted(rule for _, _, rule, _ in self.world.rejects())
        assert rules == sorted(
            ["duplicate"] * 2 + ["key-clash"] * 2 + ["orphan"] * 6 + ["type-mismatch"] * 5
        )


@contextmanager
def interrupted(folder: Path, postgres_url: str, endpoint: str) -> Iterator[Interrupted]:
    """Filled, and not loaded yet."""
    with scripted(endpoint) as script:
        case = Interrupted(folder, SmallWorld(postgres_url, endpoint), script)
        case.fill()
        yield case


def workers_of(command: int) -> list[int]:
    """Process ids of a command's workers: children of the process that they are forked from.
    Linux only."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            stat = (entry / "stat").read_text().rpartition(")")[2].split()
            line = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if b"forkserver" in line:
            children.setdefault(int(stat[1]), []).append(int(entry.name))
    servers = children.get(command, [])
    return sorted(pid for server in servers for pid in children.get(server, []))


def kill(started: subprocess.Popen[str]) -> Finished:
    """kill -9 of the command alone."""
    os.kill(started.pid, signal.SIGKILL)
    return ended(started)


def interrupt(started: subprocess.Popen[str]) -> Finished:
    """Ctrl-C: the terminal sends it to the whole process group."""
    os.killpg(started.pid, signal.SIGINT)
    return ended(started)


def terminate(case: Interrupted, pids: list[int]) -> Any:
    """End sessions as an administrator or a fail-over does."""
    return case.world.rows(
        f"select pg_terminate_backend(pid) from unnest(array{pids}::int[]) as pid"
    )
