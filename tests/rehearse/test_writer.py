"""The writer at work on an emulator's tables: what it says it wrote lies there, and it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from migrate.aws import Source, client
from migrate.errors import AskOperatorError, FixInputError
from migrate.pipeline.job import Job
from migrate.rehearse.sample import seed
from migrate.rehearse.sample.marker import Marker
from migrate.rehearse.writer.changes import Changes
from migrate.rehearse.writer.pace import Pace
from migrate.rehearse.writer.process import write, writing
from migrate.rehearse.writer.tables import WriterTables
from migrate.target.connection import Target
from tests.command_line import wait_until
from tests.rehearse.judged import mappings
from tests.rehearse.writer_world import Items, Ticking, apply, identity, operations, sample

API_ID, ENVIRONMENT, REGION = "abcdefghijklmnopqrstuvwxyz", "dev", "ap-northeast-1"
ITEMS, SEED = 300, 7
_CHECKOUT = Path(__file__).parents[2]

# A parent that starts a writer and is then killed.
_PARENT = """
import sys, time
from tests.rehearse.test_writer import ITEMS, SEED, job
from migrate.rehearse.writer.process import writing
if __name__ == "__main__":
    with writing(job(sys.argv[1]), ITEMS, SEED, 100):
        import multiprocessing
        print(multiprocessing.active_children()[0].pid, flush=True)
        time.sleep(600)
"""


def job(endpoint: str) -> Job:
    return Job(
        profile="local",
        mappings=list(mappings().values()),
        source=Source(REGION, endpoint),
        api_id=API_ID,
        environment=ENVIRONMENT,
        target=Target("postgresql://nobody@127.0.0.1:1/none"),
    )


@pytest.fixture
def seeded(dynamodb_endpoint: str) -> Job:
    made = job(dynamodb_endpoint)
    seed(client("dynamodb", made.source), API_ID, ENVIRONMENT, ITEMS, SEED)
    return made


def stored(made: Job) -> Items:
    """Everything in the tables, each item's attributes in one order."""
    dynamodb = client("dynamodb", made.source)
    found: Items = {}
    for model, table in made.source_tables.items():
        for page in dynamodb.get_paginator("scan").paginate(TableName=table):
            found.update({identity(model, item): item for item in page["Items"]})
    return found


class Times:
    """A clock on which each look is a third of a second after the last one; it stops somebody
    after so many looks."""

    def __init__(self, looks: int) -> None:
        self._left = looks
        self._seconds = 0.0

    def wait(self, _seconds: float) -> bool:
        self._left -= 1
        return self._left < 0

    def __call__(self) -> float:
        self._seconds += 1 / 3
        return self._seconds


def test_the_tables_hold_what_the_changes_make(any_dynamodb_endpoint: str) -> None:
    made = job(any_dynamodb_endpoint)
    dynamodb = client("dynamodb", made.source)
    seed(dynamodb, API_ID, ENVIRONMENT, ITEMS, SEED)
    changes, times, sizes = Changes(ITEMS, SEED, Ticking()), Times(30), Counter[int]()
    with WriterTables(dynamodb, made.source_tables) as tables:

        def store(batch: list[Any]) -> None:
            sizes[len(batch)] += 1
            tables.write(batch)

        written = write(changes, store, Pace(60), times.wait, clock=times)
    held = sample(ITEMS, SEED)
    taken = _taken(written.changes)
    apply(held, taken)
    assert stored(made) == held
    assert written.kinds == Counter(one.kind for one in taken)
    assert max(sizes) > 60, "a burst after a pause"


def _taken(changes: int) -> list[Any]:
    """The changes of a writer that wrote so many, its last ones included."""
    for count in range(changes, 0, -1):
        found = operations(ITEMS, SEED, count)
        if len(found) == changes:
            return found
    raise AssertionError("no such number of changes")


def test_a_process_writes_until_it_is_told_to_stop(seeded: Job) -> None:
    before = stored(seeded)
    with writing(seeded, ITEMS, SEED, 200) as writer:
        wait_until(lambda: len(_changed(before, stored(seeded))) > 20, "changes")
        writer.check()
        written = writer.stop()
    after = stored(seeded)
    assert written.changes >= len(_changed(before, after)) > 20
    assert written.seconds > 0
    held = sample(ITEMS, SEED)
    apply(held, _taken(written.changes))
    assert after.keys() == held.keys()


def _changed(before: Items, after: Items) -> set[Any]:
    keys = before.keys() | after.keys()
    return {key for key in keys if before.get(key) != after.get(key)}


def test_the_sample_is_made_anew_after_a_writer(seeded: Job) -> None:
    dynamodb = client("dynamodb", seeded.source)
    with writing(seeded, ITEMS, SEED, 50) as writer:
        marker = Marker.read(dynamodb, f"MigrateSample-{API_ID}-{ENVIRONMENT}")
        assert marker is not None
        assert not marker.complete
        writer.stop()
    seed(dynamodb, API_ID, ENVIRONMENT, ITEMS, SEED)
    assert stored(seeded) == sample(ITEMS, SEED)


@pytest.fixture
def parent(seeded: Job) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A process that has a writer, and the writer's id."""
    started = subprocess.Popen(
        [sys.executable, "-c", _PARENT, str(seeded.source.endpoint)],
        cwd=_CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert started.stdout is not None
    with started:
        yield started, int(started.stdout.readline())
        started.kill()


def test_a_writer_ends_with_a_parent_that_is_killed(
    parent: tuple[subprocess.Popen[str], int],
) -> None:
    started, writer = parent
    os.kill(writer, 0)
    os.kill(started.pid, signal.SIGKILL)
    wait_until(lambda: not _runs(writer), "the writer's end")


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}


def test_a_writer_that_cannot_write_says_why(seeded: Job) -> None:
    dynamodb = client("dynamodb", seeded.source)
    with writing(seeded, ITEMS, SEED, 100) as writer:
        dynamodb.delete_table(TableName=seeded.source_table("ChatMessage"))
        with pytest.raises(FixInputError):
            wait_until(lambda: writer.check(), "the writer's error")


def test_nothing_but_an_emulator_is_written_to() -> None:
    aws = job("https://dynamodb.ap-northeast-1.amazonaws.com")
    with pytest.raises(AskOperatorError), writing(aws, ITEMS, SEED, 10):
        pass


def test_a_sample_that_is_too_small_is_refused() -> None:
    with pytest.raises(FixInputError), writing(job("http://127.0.0.1:1"), 60, SEED, 10):
        pass
