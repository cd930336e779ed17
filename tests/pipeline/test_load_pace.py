"""A load within its read units: throttled, shared by workers, and counted."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from migrate.aws import ThrottledError
from migrate.errors import RetryLaterError
from migrate.observe import Event, Note
from migrate.pipeline.finalise import finalise
from migrate.pipeline.job import Job
from migrate.pipeline.limits import Limits
from migrate.pipeline.load import load
from tests.small_world import PERSON, SmallWorld, person
from tests.source.scripted_dynamodb import Answer, ScriptedDynamoDB, failure, scripted

THROTTLED = failure(400, "ProvisionedThroughputExceededException")


@pytest.fixture
def script(dynamodb_endpoint: str) -> Iterator[ScriptedDynamoDB]:
    """Two items a page, for ten read units."""
    with scripted(dynamodb_endpoint) as found:
        found.page_items_max = 2
        found.read_units_a_page = 10
        yield found


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither botocore nor the pace waits for a table that throttles."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
    monkeypatch.setattr("migrate.pipeline.pace._PAUSES_SECONDS", (0.0, 0.0))


def job_of(world: SmallWorld, script: ScriptedDynamoDB, **settings: Any) -> Job:
    world.put("Person", *(person(n) for n in range(12)))
    source = dataclasses.replace(world.source, endpoint=script.url)
    return dataclasses.replace(world.job(PERSON), source=source, **settings)


def throttling(script: ScriptedDynamoDB, times: int) -> list[Answer]:
    """That many Scans are refused after the first page; what is left of them."""
    left = [THROTTLED] * times

    def rule(operation: str, request: dict[str, Any]) -> Answer | None:
        is_later_page = operation == "Scan" and "ExclusiveStartKey" in request
        return left.pop() if is_later_page and left else None

    script.rule = rule
    return left


@pytest.mark.usefixtures("inline", "no_pauses")
@pytest.mark.parametrize("times", [3, 25])
def test_a_table_that_throttles_is_read_slower_and_whole(
    world: SmallWorld, script: ScriptedDynamoDB, times: int
) -> None:
    """25: botocore gave up twice, the pace did not."""
    left = throttling(script, times)
    job = job_of(world, script, limits=Limits(read_units_per_second=100_000))
    events: list[Event] = []
    result = load(job, observer=events.append)
    assert left == []
    assert (result.items, result.throttles) == (12, times)
    assert result.read_units == 10 * script.scans
    (told,) = (one.message for one in events if isinstance(one, Note))
    assert told.startswith(
        f"DynamoDB throttles (ProvisionedThroughputExceededException, {times} times): reading at"
    )
    assert "of 100,000 read units/s" in told
    (state,) = world.rows(
        "select budget, units_per_second < budget, throttles, reason from migrate.pace"
    )
    assert state == (100_000, True, times, "ProvisionedThroughputExceededException")
    finalise(job)
    world.check(job)


@pytest.mark.usefixtures("inline", "no_pauses")
def test_a_table_that_only_throttles_ends_the_load_and_the_same_command_goes_on(
    world: SmallWorld, script: ScriptedDynamoDB
) -> None:
    throttling(script, 10**6)
    job = job_of(world, script, unit_bytes_max=1)
    with pytest.raises(ThrottledError, match="throttles requests for table Person-") as caught:
        load(job)
    assert isinstance(caught.value, RetryLaterError)
    throttling(script, 0)
    result = load(job)
    assert result.items == 12
    assert result.resumed_units == result.units - 1
    finalise(job)
    world.check(job)


@pytest.mark.usefixtures("inline")
@pytest.mark.parametrize("consistent", [True, False])
def test_reads_that_need_not_be_consistent_cost_half(
    world: SmallWorld, script: ScriptedDynamoDB, consistent: bool
) -> None:
    result = load(job_of(world, script, consistent_read=consistent))
    assert {one["ConsistentRead"] for one in script.scan_requests} == {consistent}
    assert result.read_units == script.scans * (10 if consistent else 5)


def test_two_processes_share_one_budget(world: SmallWorld, script: ScriptedDynamoDB) -> None:
    """The ledger's times show it: what was read by the last commit had room in the budget, but
    for the page that each worker had in flight."""
    budget = 60
    job = job_of(world, script, workers=2, segments=2, limits=Limits(read_units_per_second=budget))
    result = load(job)
    assert result.items == 12
    assert result.read_units >= 60
    (seconds,) = world.rows(
        "select extract(epoch from max(committed_at) - min(started_at))::float"
        " from migrate.units join migrate.runs using (run_id)"
    )[0]
    assert result.read_units <= budget * seconds + 2 * 10
    assert world.rows("select count(*), min(budget) from migrate.pace") == [(1, budget)]
    finalise(job)
    world.check(job)
