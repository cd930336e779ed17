"""How soon a killed load writes again: kill -9 of all its processes, then the same command.

`python -m benchmarks.bulk_resume JOB` is that command: it loads a pickled job, or goes on with it.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from migrate.pipeline.job import Job
from migrate.pipeline.load import load

_UNITS_BEFORE_KILL = 2
_WAIT_SECONDS = 120.0
# Seen often enough for a number in hundredths of a second, without a core of its own.
_LOOK_SECONDS = 0.002


class TooFastError(Exception):
    """The load ended before it could be killed."""


def resume_seconds(job: Job, folder: Path, items: int) -> float:
    """Seconds from the kill to the first unit that commits afterwards, process start included.

    Raises TooFastError when there is too little to load.
    """
    file = folder / "job.pickle"
    file.write_bytes(pickle.dumps(job))
    with psycopg.connect(job.target.url, autocommit=True) as connection:
        connection.execute("update migrate.runs set state = 'abandoned'")  # so that it starts anew
        before = _newest_unit(connection)
        first = _start(file)
        _until(lambda: _units_after(connection, before) >= _UNITS_BEFORE_KILL, first)
        killed = time.monotonic()
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
        _until(lambda: _sessions(connection) == 0)  # a COMMIT on its way may still succeed
        if _is_loaded(connection):
            raise TooFastError("the load was over before it could be killed; take more items")
        before = _newest_unit(connection)
        second = _start(file)
        _until(lambda: _units_after(connection, before) > 0, second)
        seconds = time.monotonic() - killed
        assert second.wait() == 0
        read = connection.execute(
            "select sum(read) from migrate.units join migrate.runs using (run_id)"
            " where state = 'loaded'"
        ).fetchone()
    assert read is not None
    assert read[0] == items
    return seconds


def _start(file: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "benchmarks.bulk_resume", str(file)]
    return subprocess.Popen(command, start_new_session=True)


def _until(is_so: Callable[[], bool], running: subprocess.Popen[bytes] | None = None) -> None:
    deadline = time.monotonic() + _WAIT_SECONDS
    while not is_so():
        if running is not None and running.poll() is not None and not is_so():
            raise TooFastError("the load ended before it could be killed; take more items")
        assert time.monotonic() < deadline, "the load does not get on"
        time.sleep(_LOOK_SECONDS)


def _newest_unit(connection: psycopg.Connection) -> int:
    row = connection.execute("select coalesce(max(unit_id), 0) from migrate.units").fetchone()
    return int(row[0]) if row else 0


def _units_after(connection: psycopg.Connection, unit: int) -> int:
    row = connection.execute(
        "select count(*) from migrate.units where unit_id > %s", [unit]
    ).fetchone()
    return int(row[0]) if row else 0


def _sessions(connection: psycopg.Connection) -> int:
    row = connection.execute(
        "select count(*) from pg_stat_activity where application_name like 'migrate load%'"
        " and datname = current_database()"
    ).fetchone()
    return int(row[0]) if row else 0


def _is_loaded(connection: psycopg.Connection) -> bool:
    row = connection.execute("select count(*) from migrate.runs where state = 'loaded'").fetchone()
    return bool(row and row[0])


if __name__ == "__main__":
    load(pickle.loads(Path(sys.argv[1]).read_bytes()), replace=True)
