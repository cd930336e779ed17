"""A load of exports that is stopped in the middle of a data file goes on there."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest

from migrate.pipeline.finalise import finalise
from tests.command_line import Finished, Project, ended, wait_until
from tests.exported_world import ExportedWorld, gone, put
from tests.interrupt.harness import WIDE, interrupt, kill
from tests.small_world import VISIT, person, visit

_PERSONS = 60


class _HeldFile:
    """A data file that ends in the middle until it is let go: who reads it waits."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._content = path.read_bytes()
        self._go = Event()
        path.unlink()
        os.mkfifo(path)
        self._thread = Thread(target=self._feed, daemon=True)
        self._thread.start()

    def _feed(self) -> None:
        middle = 2 * len(self._content) // 3
        try:
            with self._path.open("wb", buffering=0) as pipe:  # waits for the reader
                pipe.write(self._content[:middle])
                self._go.wait()
                pipe.write(self._content[middle:])
        except BrokenPipeError:
            return

    def put_back(self) -> None:
        """The whole file again. Whoever read it must be gone."""
        self._go.set()
        self._thread.join()
        self._path.unlink()
        self._path.write_bytes(self._content)


class _Case:
    def __init__(self, folder: Path, postgres_url: str) -> None:
        self.world = ExportedWorld(postgres_url, folder / "exports")
        self.project = Project(folder)
        self.project.mappings(WIDE, VISIT)
        self.project.use(self.world)
        # What does not compress, so that a part of a file is as large a part of its items.
        items = [person(n, code=os.urandom(50_000).hex(), badge=n) for n in range(_PERSONS)]
        place = self.world.full("Person", items, files=1)
        self.world.window("Person", [gone(0), put(person(1)), put(person(90))], 10, 11)
        self.world.full("Visit", [visit(100 + n, of=n) for n in range(5)])
        self.job = self.world.exported(WIDE, VISIT)
        data = (place / "data").iterdir()
        self.held = _HeldFile(max(data, key=lambda path: path.stat().st_size))

    def load(self) -> subprocess.Popen[str]:
        return self.project.start("load", "--export", "exports", "--offline", "--json")

    def load_and_hold(self) -> subprocess.Popen[str]:
        """A load that waits for the rest of the persons; some of them are committed."""
        started = self.load()
        wait_until(
            lambda: self._committed() >= _PERSONS // 4 or started.poll() is not None,
            "committed units",
        )
        assert started.poll() is None, ended(started).stderr
        return started

    def _committed(self) -> int:
        """Persons that units read so far."""
        if self.world.rows("select to_regclass('migrate.units')::text") == [(None,)]:
            return 0
        query = "select coalesce(sum(read), 0)::int from migrate.units where model = 'Person'"
        return int(self.world.rows(query)[0][0])

    def wait_until_gone(self) -> None:
        query = (
            "select count(*) from pg_stat_activity where datname = current_database()"
            " and application_name like 'migrate load%'"
        )
        wait_until(lambda: self.world.rows(query) == [(0,)], "the workers' end")

    def finish(self) -> Finished:
        """The same command to its end; the whole is equal and in balance."""
        result = ended(self.load())
        assert result.code == 0, result.stderr
        finalise(self.job)
        self.world.check(self.job)
        self.world.check_account(self.job)
        return result


@pytest.fixture
def case(tmp_path: Path, postgres_url: str) -> _Case:
    return _Case(tmp_path, postgres_url)


@pytest.mark.parametrize("stop", [kill, interrupt])
def test_a_load_that_was_stopped_in_a_file_goes_on_there(
    case: _Case, stop: Callable[[subprocess.Popen[str]], Finished]
) -> None:
    assert stop(case.load_and_hold()).code in {-signal.SIGKILL, 130}
    case.wait_until_gone()
    case.held.put_back()
    result = case.finish().json
    assert (result["items"], result["superseded"]) == (_PERSONS + 5, 2)
    assert result["resumed_units"] > 0
    assert case.world.rejects() == [("Visit", "100", "orphan", "")]
