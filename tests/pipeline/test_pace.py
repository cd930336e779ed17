"""All workers of a run share its read units: the bucket in the ledger, by PostgreSQL's clock."""

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
from migrate.ledger import pace, runs, schema
from migrate.ledger.pace import PaceState
from migrate.pipeline.pace import SharedPace
from migrate.pipeline.shortage import Shortage
from migrate.source.page import Page
from migrate.target.connection import Connection, Target, connect
from tests.small_world import SmallWorld

Result = TypeVar("Result")
_DEADLINE_SECONDS = 30.0

# Found before PostgreSQL's own: what the bucket asks for is the time that the test says.
_CLOCK = """
create schema clock;
create table clock.now (at timestamptz not null);
insert into clock.now values ('2026-06-01 00:00Z');
create function clock.clock_timestamp() returns timestamptz language sql
    as 'select at from clock.now';
set search_path = clock, pg_catalog;
"""


class Bucket:
    """A run's pace in a real ledger, with a clock that stands still."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        schema.install(connection)
        self.run_id = runs.create(connection, "local", "f", {}, None).run_id
        connection.execute(_CLOCK)

    def open(self, budget: float | None, estimate: int = 0) -> PaceState:
        pace.open_pace(self.connection, self.run_id, budget, estimate)
        # A column's default keeps the server's clock; opened again, the time is the test's.
        return pace.open_pace(self.connection, self.run_id, budget, estimate)

    def wait(self, seconds: float) -> None:
        self.connection.execute(
            "update clock.now set at = at + make_interval(secs => %s)", [seconds]
        )

    def spend(self, units: float) -> PaceState:
        return pace.spend(self.connection, self.run_id, units)

    def throttle(self, measured: float = 0, reason: str = "ThrottlingException") -> PaceState:
        pace.slow_down(self.connection, self.run_id, measured, reason)
        found = pace.state(self.connection, self.run_id)
        assert found is not None
        return found


@pytest.fixture
def bucket(postgres_url: str) -> Iterator[Bucket]:
    with connect(Target(postgres_url)) as connection:
        yield Bucket(connection)


def rate(found: PaceState) -> float:
    assert found.units_per_second is not None
    return round(found.units_per_second, 6)


def test_without_a_budget_nothing_waits(bucket: Bucket) -> None:
    bucket.open(None)
    found = bucket.spend(1e9)
    assert (found.units_per_second, found.wait_seconds) == (None, 0)


def test_a_debt_is_waited_for_and_then_gone(bucket: Bucket) -> None:
    bucket.open(100)
    found = bucket.spend(250)
    assert (found.available, found.wait_seconds) == (-250, 2.5)
    bucket.wait(1)
    assert bucket.spend(0).wait_seconds == 1.5
    bucket.wait(1.5)
    assert bucket.spend(0).wait_seconds == 0


def test_what_was_not_used_can_be_made_up_for_within_seconds(bucket: Bucket) -> None:
    bucket.open(100)
    bucket.wait(3)
    assert bucket.spend(0).available == 300
    bucket.wait(3600)
    assert bucket.spend(0).available == 500
    assert bucket.spend(600).wait_seconds == 1


def test_workers_together_read_no_more_than_the_budget(bucket: Bucket) -> None:
    """Each waits as the bucket says after its page; their pages are summed over an hour."""
    bucket.open(100)
    due, now, units = [0.0, 0.0, 0.0], 0.0, 0.0
    while now < 3600:
        worker = due.index(min(due))
        bucket.wait(due[worker] - now)
        now = due[worker]
        due[worker] = now + bucket.spend(64).wait_seconds
        units += 64
    assert 100 * now - 64 <= units <= 100 * now + 64 * len(due)


def test_throttling_slows_everybody_down_and_takes_what_was_saved(bucket: Bucket) -> None:
    bucket.open(100)
    bucket.wait(5)
    bucket.spend(0)
    found = bucket.throttle(reason="ProvisionedThroughputExceededException")
    assert (rate(found), found.available, found.throttles) == (70, 0, 1)
    assert found.reason == "ProvisionedThroughputExceededException"
    assert bucket.spend(140).wait_seconds == 2


def test_one_shortage_that_many_workers_meet_counts_once(bucket: Bucket) -> None:
    bucket.open(100)
    for _ in range(4):
        found = bucket.throttle()
    assert (rate(found), found.throttles) == (70, 4)
    bucket.wait(1)
    assert rate(bucket.throttle()) == 49


def test_a_shortage_that_never_pauses_counts_again_and_again(bucket: Bucket) -> None:
    bucket.open(100)
    for _ in range(9):
        found = bucket.throttle()
        bucket.wait(0.25)
    assert rate(found) == 34.3


@pytest.mark.parametrize(("budget", "least"), [(100, 5), (2, 2)])
def test_the_rate_falls_to_a_least_that_is_within_the_budget(
    bucket: Bucket, budget: float, least: float
) -> None:
    bucket.open(budget)
    for _ in range(30):
        found = bucket.throttle()
        bucket.wait(1)
    assert rate(found) == least


@pytest.mark.parametrize("steps", [1, 5])
def test_the_rate_grows_back_slowly_to_the_budget_and_not_above(bucket: Bucket, steps: int) -> None:
    bucket.open(100)
    bucket.throttle()

    def after(seconds: float) -> float:
        for _ in range(steps):
            bucket.wait(seconds / steps)
            found = bucket.spend(0)
        return rate(found)

    assert after(5) == 70
    assert after(5) == 77
    assert after(5) == 84.7
    assert after(3600) == 100
    assert after(3600) == 100


def test_without_a_budget_throttling_sets_a_rate_from_what_was_measured(bucket: Bucket) -> None:
    bucket.open(None)
    found = bucket.throttle(measured=0)
    assert (found.units_per_second, found.throttles) == (None, 1), "nothing to slow down from"
    assert rate(bucket.throttle(measured=1000)) == 700
    bucket.wait(10)
    assert rate(bucket.spend(0)) == 770


def test_a_run_that_goes_on_starts_at_its_budget_and_keeps_what_it_counted(bucket: Bucket) -> None:
    bucket.open(100, 7)
    bucket.throttle()
    bucket.spend(10_000)
    found = bucket.open(200, 9)
    assert (found.budget, rate(found), found.available) == (200, 200, 0)
    assert (found.throttles, found.reason) == (1, "ThrottlingException")
    assert found.read_units_estimate == 9
    assert rate(bucket.throttle()) == 140, "an old shortage does not excuse a new one"


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


def test_throttling_is_told_at_once_and_then_once_in_a_while() -> None:
    told: list[object] = []
    now = [0.0]
    shortage = Shortage(told.append, _state(3, None), lambda: now[0])
    shortage.tell(_state(3, 100))
    assert told == [], "what an earlier command met is no news"
    shortage.tell(_state(4, None))
    shortage.tell(_state(9, 70))
    assert len(told) == 1
    now[0] = 10
    shortage.tell(_state(12, 1234.5))
    shortage.tell(_state(12, 1234.5))
    assert [getattr(one, "message", "") for one in told] == [
        "DynamoDB throttles (X, 1 time): pausing before each further attempt",
        "DynamoDB throttles (X, 8 times): reading at 1,234 of 2,000 read units/s",
    ]


def _state(throttles: int, units_per_second: float | None) -> PaceState:
    return PaceState(2000, units_per_second, 0, throttles, "X", 0)
