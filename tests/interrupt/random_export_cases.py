"""A load of exports, killed at seeded places again and again, judged at the end."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from migrate.pipeline.finalise import finalise
from migrate.rehearse.sample.export_writer import (
    ExportedTable,
    Layout,
    WrittenChange,
    write_full_export,
    write_incremental_export,
)
from tests import servers
from tests.command_line import Project, ended, wait_until
from tests.interrupt.harness import WIDE, interrupt, kill, workers_of
from tests.interrupt.random_cases import endpoints
from tests.small_world import VISIT, SmallWorld, person, table_name, uid, visit

_KILLS_MAX = 6
_PERSONS = 300
_VISITS = 40
_BULK = "x" * 40_000  # 25 persons make a unit of 1 MB
_START = datetime(2026, 7, 1, tzinfo=UTC)


def run_case(seed: int, postgres_server_url: str = "", endpoint: str = "") -> int:
    """One load of exports under the kills of `seed`, and how many hit a load at work. Raises
    AssertionError when its end is not equal. Without URLs it runs servers of its own."""
    chance = random.Random(seed)
    with endpoints(postgres_server_url, endpoint) as (server_url, dynamodb):
        servers.reset_ministack(dynamodb)
        with servers.database(server_url) as url, tempfile.TemporaryDirectory() as folder:
            world = SmallWorld(url, dynamodb)
            project = Project(Path(folder))
            project.mappings(WIDE, VISIT)
            project.use(world)
            exports = Path(folder) / "exports"
            expected = _write(exports, chance)
            case = _Case(world, project, exports)
            killed = sum(case.killed_once(chance) for _ in range(chance.randint(1, _KILLS_MAX)))
            case.finish(expected)
    return killed


class _Case:
    def __init__(self, world: SmallWorld, project: Project, exports: Path) -> None:
        self.world = world
        self.project = project
        self.exports = str(exports)

    def start(self) -> subprocess.Popen[str]:
        return self.project.start("load", "--export", self.exports, "--offline", "--json")

    def units(self) -> int:
        found = self.world.rows("select to_regclass('migrate.units') is not null")
        if not found[0][0]:
            return 0
        return int(self.world.rows("select count(*) from migrate.units")[0][0])

    def sessions(self) -> list[int]:
        found = self.world.rows(
            "select pid from pg_stat_activity where datname = current_database()"
            " and application_name like 'migrate load%' order by pid"
        )
        return [row[0] for row in found]

    def killed_once(self, chance: random.Random) -> bool:
        """Start a load, and hurt it once some further units are committed. False: it was done
        before that."""
        wait_until(lambda: not self.sessions(), "the end of the load before")
        wanted = self.units() + chance.randint(0, 6)
        started = self.start()
        wait_until(lambda: self.units() >= wanted or started.poll() is not None, "units")
        if started.poll() is not None:
            assert ended(started).code == 0
            return False
        chance.choice((self._all, self._worker, self._sessions, self._interrupt))(started, chance)
        return True

    def _all(self, started: subprocess.Popen[str], _: random.Random) -> None:
        kill(started)

    def _interrupt(self, started: subprocess.Popen[str], _: random.Random) -> None:
        # While Python itself starts, nobody is there yet to answer Ctrl-C.
        wait_until(lambda: self.sessions() or started.poll() is not None, "a session")
        assert interrupt(started).code in {0, 130}

    def _worker(self, started: subprocess.Popen[str], chance: random.Random) -> None:
        for pid in workers_of(started.pid)[: chance.randint(1, 2)]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        result = ended(started)
        assert result.code == 0, result.stderr

    def _sessions(self, started: subprocess.Popen[str], chance: random.Random) -> None:
        pids = self.sessions()
        terminated = chance.sample(pids, min(len(pids), chance.randint(1, 3)))
        self.world.rows(
            f"select pg_terminate_backend(pid) from unnest(array{terminated}::int[]) as pid"
        )
        result = ended(started)
        assert result.code == 0, result.stderr

    def finish(self, expected: dict[str, int]) -> None:
        wait_until(lambda: not self.sessions(), "the end of the load before")
        result = ended(self.start())
        assert result.code == 0, result.stderr
        job = self.world.job(WIDE, VISIT, workers=2)
        finalise(job)
        self.world.check(job)
        account = self.world.account()
        found = {
            "persons": account["Person"].read,
            "visits": account["Visit"].read,
            "superseded": account["Person"].superseded,
            "rows": self.world.rows("select count(*) from app.persons")[0][0],
        }
        assert found == expected


def _write(folder: Path, chance: random.Random) -> dict[str, int]:
    """A full export of both tables, and half the time a window of changes to the persons."""
    # A tenth of the persons are refused for a code that is a number, one item in a file.
    code: Any
    persons: dict[int, dict[str, Any]] = {}
    for number in range(_PERSONS):
        code = {"N": "1"} if chance.random() < 0.1 else _BULK
        persons[number] = person(number, code=code, badge=number)
    layout = Layout(files=chance.randint(1, 5), empty_files=1)
    table = ExportedTable(table_name("Person"))
    write_full_export(folder, table, list(persons.values()), export_time=_START, layout=layout)
    write_full_export(
        folder,
        ExportedTable(table_name("Visit")),
        [visit(10_000 + number, of=number) for number in range(_VISITS)],
        export_time=_START,
        layout=layout,
    )
    changed = chance.sample(range(_PERSONS), chance.choice((0, 60)))
    if changed:
        changes = [_change(chance, number, persons) for number in changed]
        write_incremental_export(
            folder, table, changes, from_time=_START, to_time=_START + timedelta(hours=1),
            layout=layout,
        )  # fmt: skip
        _visits_follow(folder, layout)
    return {
        "persons": len(persons),
        "visits": _VISITS,
        "superseded": len(changed),
        "rows": sum(1 for one in persons.values() if "S" in one["code"]),
    }


def _change(
    chance: random.Random, number: int, persons: dict[int, dict[str, Any]]
) -> WrittenChange:
    """A new image, good or bad, or a delete of somebody whom no visit is of."""
    key = {"id": {"S": uid(number)}}
    at = int(_START.timestamp() * 1e6) + number + 1
    old = persons[number]
    if number >= _VISITS and chance.random() < 0.4:
        del persons[number]
        return WrittenChange(key, at, None, old)
    persons[number] = person(number, code=f"new {number}", badge=number)
    return WrittenChange(key, at, persons[number], old)


def _visits_follow(folder: Path, layout: Layout) -> None:
    """A window in which nothing happened."""
    write_incremental_export(
        folder, ExportedTable(table_name("Visit")), [], from_time=_START,
        to_time=_START + timedelta(hours=1), layout=layout,
    )  # fmt: skip
