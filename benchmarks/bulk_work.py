"""A loader's worker with a stop-watch, and one whose rows go nowhere."""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from migrate.pipeline import worker
from migrate.pipeline.engines import processes
from migrate.pipeline.job import Job
from migrate.pipeline.load import LoadResult, load
from migrate.pipeline.worker import work

_NOTES_VARIABLE = "MIGRATE_BENCHMARK_NOTES"


@dataclass(frozen=True, slots=True)
class Timed:
    """A load, and its time from the first part that a worker took to the last commit: connected
    by then, but nothing read or compiled. CPU is that of the workers, commits included."""

    result: LoadResult
    seconds: float
    cpu_seconds: float
    rss_megabytes: float


def timed_work(job: Job, run_id: str, phase: int) -> None:
    """The worker's task; says when it read and committed, and what it took."""
    cpu = time.process_time()
    moments: list[float] = []
    load_part = worker._Worker.load

    def noted(*arguments: Any) -> None:
        moments.append(time.time())
        load_part(*arguments)
        moments.append(time.time())

    with mock.patch.object(worker._Worker, "load", noted):
        work(job, run_id, phase)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    note = {
        "moments": moments,
        "cpu": time.process_time() - cpu,
        "rss": peak / (1 << 20 if sys.platform == "darwin" else 1 << 10),
    }
    path = Path(os.environ[_NOTES_VARIABLE]) / f"{os.getpid()}-{phase}.json"
    path.write_text(json.dumps(note))


def sunk_work(job: Job, run_id: str, phase: int) -> None:
    """As `timed_work`, but COPY is left out: everything else, the ledger too, is done."""

    with mock.patch("migrate.ledger.commit.copy_encoded", _nowhere):
        timed_work(job, run_id, phase)


def _nowhere(_cursor: Any, _table: str, _columns: Sequence[str], lines: Sequence[bytes]) -> None:
    b"".join(lines)  # what a client has to do before it sends


def timed_load(job: Job, task: Callable[[Job, str, int], None] = timed_work) -> Timed:
    """Load anew with `task` as the workers' work."""
    with _notes() as folder, mock.patch.object(processes, "work", task):
        result = load(job, again=True)
        notes = [json.loads(path.read_text()) for path in folder.glob("*.json")]
    moments = [moment for note in notes for moment in note["moments"]]
    return Timed(
        result,
        seconds=max(moments) - min(moments),
        cpu_seconds=sum(note["cpu"] for note in notes),
        rss_megabytes=round(max(note["rss"] for note in notes), 1),
    )


@contextmanager
def _notes() -> Iterator[Path]:
    """A folder that worker processes find through their environment."""
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.dict(os.environ, {_NOTES_VARIABLE: folder}),
    ):
        yield Path(folder)
