"""All workers of a run share its read units: the bucket in the ledger, by PostgreSQL's clock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from migrate.ledger.pace import PaceState
from migrate.pipeline.shortage import Shortage
from migrate.target.connection import Target, connect
from tests.pipeline.bucket import Bucket, rate


@pytest.fixture
def bucket(postgres_url: str) -> Iterator[Bucket]:
    with connect(Target(postgres_url)) as connection:
        yield Bucket(connection)


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
