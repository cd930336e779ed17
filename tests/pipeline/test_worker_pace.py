"""A worker's requests keep to the run's pace, and go out while the page before is worked on."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest

from migrate.aws import ThrottledError
from migrate.errors import FixInputError
from migrate.ledger import pace
from migrate.pipeline.pace import SharedPace
from migrate.source.page import Page
from migrate.target.connection import Connection, Target, connect
from tests.pipeline.bucket import Bucket, rate
from tests.small_world import SmallWorld

Result = TypeVar("Result")
_DEADLINE_SECONDS = 30.0


@pytest.fixture
def bucket(postgres_url: str) -> Iterator[Bucket]:
    with connect(Target(postgres_url)) as connection:
        yield Bucket(connection)


@dataclass
class Worker:
    """A `SharedPace` whose sleeps are written down."""

    bucket: Bucket
    world: SmallWorld
    slept: list[float] = field(default_factory=list)
    kept: int = 0
    gone: bool = False
    on_keep: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.pace = SharedPace(
            self.world.job(workers=2, lease_seconds=6),
            self.bucket.run_id,
            self.on_ledger,
            self.keep,
            self.slept.append,
        )

    def on_ledger(self, action: Callable[[Connection], Result]) -> Result:
        assert threading.current_thread() is threading.main_thread(), "one thread has the ledger"
        return action(self.bucket.connection)

    def keep(self) -> None:
        self.kept += 1
        self.on_keep()
        if self.gone:
            raise _GoneError

    def read(self, units: float = 100) -> Page:
        return self.pace(lambda: Page([], None, 0, units))()


@dataclass
class SlowAnswer:
    """A request whose answer comes when the test says so."""

    begun: threading.Event = field(default_factory=threading.Event)
    answer: threading.Event = field(default_factory=threading.Event)
    answered: threading.Event = field(default_factory=threading.Event)

    def __call__(self) -> Page:
        self.begun.set()
        assert self.answer.wait(_DEADLINE_SECONDS)
        self.answered.set()
        return Page([], None, 0, 100)


class _GoneError(Exception):
    """The part was taken away."""


@pytest.fixture
def worker(bucket: Bucket, world: SmallWorld) -> Worker:
    return Worker(bucket, world)


def test_a_worker_waits_for_what_it_and_the_others_read(bucket: Bucket, worker: Worker) -> None:
    bucket.open(100)
    worker.read()
    assert worker.slept == []
    bucket.spend(50)
    worker.read()
    assert worker.slept == [1], "what others read meanwhile is waited for next time"
    worker.read()
    assert sum(worker.slept[1:]) == 2.5
    late = Worker(bucket, worker.world)
    late.read()
    assert sum(late.slept) == 3.5, "one that comes late finds the others' debt"


def test_a_long_wait_keeps_the_lease(bucket: Bucket, worker: Worker) -> None:
    bucket.open(10)
    worker.read()
    worker.read()
    assert worker.slept == [2] * 5, "a third of the lease at a time"
    assert worker.kept == 5
    worker.gone = True
    with pytest.raises(_GoneError):
        worker.read()
    assert len(worker.slept) == 6, "a part that is gone is not waited for"


def test_a_request_is_under_way_before_its_page_is_wanted(bucket: Bucket, worker: Worker) -> None:
    bucket.open(None)
    slow = SlowAnswer()
    wanted = worker.pace(slow)
    assert slow.begun.wait(_DEADLINE_SECONDS)
    slow.answer.set()
    assert wanted().read_units == 100


def test_nothing_is_asked_ahead_on_credit(bucket: Bucket, worker: Worker) -> None:
    bucket.open(100)
    worker.read(250)
    slow = SlowAnswer()
    slow.answer.set()
    wanted = worker.pace(slow)
    assert (slow.begun.is_set(), worker.slept) == (False, []), "the page before is mapped first"
    wanted()
    assert sum(worker.slept) == 2.5


def test_a_slow_answer_keeps_the_lease(
    bucket: Bucket, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("migrate.pipeline.pace._LOOK_SECONDS", 0.01)
    bucket.open(None)
    slow = SlowAnswer()
    worker.on_keep = lambda: slow.answer.set() if worker.kept == 3 else None
    worker.pace(slow)()
    assert worker.kept >= 3


def test_a_part_that_is_gone_is_not_waited_for_and_its_page_still_counts(
    bucket: Bucket, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("migrate.pipeline.pace._LOOK_SECONDS", 0.01)
    bucket.open(1000)
    bucket.wait(5)
    slow = SlowAnswer()
    wanted = worker.pace(slow)
    worker.gone = True
    with pytest.raises(_GoneError):
        wanted()
    assert not slow.answered.is_set()
    worker.gone = False
    slow.answer.set()
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while bucket.spend(0).available != 5000 - 100:
        assert time.monotonic() < deadline
        worker.read(0)


def test_an_error_of_the_request_is_raised_as_it_is_by_whoever_wants_the_page(
    bucket: Bucket, worker: Worker
) -> None:
    bucket.open(None)
    error = FixInputError("the table does not exist")

    def ask() -> Page:
        raise error

    wanted = worker.pace(ask)
    with pytest.raises(FixInputError) as caught:
        wanted()
    assert caught.value is error


def test_a_request_that_is_never_answered_does_not_keep_the_process() -> None:
    program = (
        "import threading; from migrate.pipeline.asked_page import AskedPage;"
        "AskedPage(threading.Event().wait)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=_DEADLINE_SECONDS)


def test_patience_outlasts_the_attempts_of_the_client(bucket: Bucket, worker: Worker) -> None:
    bucket.open(None)
    failures = [ThrottledError("throttled")] * 4

    def ask() -> Page:
        if failures:
            raise failures.pop()
        return Page([], None, 0, 1)

    assert worker.pace(ask)().read_units == 1
    assert sum(worker.slept) == 5 + 10 + 20 + 30


def test_each_refused_attempt_slows_the_run_down(bucket: Bucket, worker: Worker) -> None:
    bucket.open(100)
    heard: dict[str, Any] = {}
    worker.pace.listen_to(SimpleNamespace(meta=SimpleNamespace(events=_Events(heard))))

    def ask() -> Page:
        for code in ("ThrottlingException", "InternalServerError"):
            answer = (None, {"Error": {"Code": code}})
            assert heard["needs-retry.dynamodb.Scan"](response=answer, attempts=1) is None
        heard["needs-retry.dynamodb.Scan"](response=None, caught_exception=OSError())
        return Page([], None, 0, 0)

    worker.pace(ask)()
    found = bucket.spend(0)
    assert (rate(found), found.throttles) == (70, 1)


def test_throttling_is_told_while_its_page_is_still_waited_for(
    bucket: Bucket, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """botocore pauses between its attempts, together for longer than a lease."""
    monkeypatch.setattr("migrate.pipeline.pace._LOOK_SECONDS", 0.01)
    bucket.open(100)
    heard: dict[str, Any] = {}
    worker.pace.listen_to(SimpleNamespace(meta=SimpleNamespace(events=_Events(heard))))
    told: list[int] = []

    def look() -> None:
        found = pace.state(bucket.connection, bucket.run_id)
        if found is not None and found.throttles:
            told.append(found.throttles)
            slow.answer.set()

    worker.on_keep = look
    slow = SlowAnswer()

    def ask() -> Page:
        answer = (None, {"Error": {"Code": "ThrottlingException"}})
        heard["needs-retry.dynamodb.Scan"](response=answer, attempts=1)
        return slow()

    worker.pace(ask)()
    assert told == [1]


@dataclass
class _Events:
    """Of a client of botocore."""

    heard: dict[str, Any]

    def register_first(self, name: str, handler: Any) -> None:
        self.heard[name] = handler


def test_patience_ends(bucket: Bucket, worker: Worker) -> None:
    bucket.open(None)

    def ask() -> Page:
        raise ThrottledError("DynamoDB throttles requests for table T")

    with pytest.raises(ThrottledError, match="table T") as caught:
        worker.pace(ask)()
    assert "read_units_per_second" in caught.value.hint
    assert sum(worker.slept) == 155
