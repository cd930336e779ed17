"""A drain that was stopped between the ledger and DynamoDB, or that meets a stranger's stream."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from unittest.mock import patch

import pytest

from migrate.errors import AskOperatorError
from migrate.pipeline import drain as draining
from migrate.pipeline.capture import Capture
from migrate.pipeline.drain import drain
from migrate.pipeline.finalise import finalise
from migrate.pipeline.follow import FollowResult
from migrate.pipeline.load import load
from tests.follow.whole_world import ClockEvent
from tests.pipeline.captured_world import CapturedWorld, captured_world
from tests.small_world import person, table_name


@pytest.fixture
def world(postgres_url: str) -> Iterator[CapturedWorld]:
    """A copy that is captured and loaded, and a change since."""
    with captured_world(postgres_url) as found:
        found.put("Person", person(1))
        found.captured()
        load(found.job_of_all)
        finalise(found.job_of_all, foreign_keys=False)
        found.put("Person", person(2))
        yield found


def drained(world: CapturedWorld) -> FollowResult:
    calm = functools.partial(Capture, requests=0)
    with patch.object(draining, "Capture", calm):
        stop = ClockEvent(world.advance)
        return drain(world.job_of_all, now=world.clock.now, stop=stop)


def stopped_before_closing(world: CapturedWorld) -> None:
    """The ledger has it, and DynamoDB does not."""
    is_stopped = pytest.raises(KeyboardInterrupt)
    with patch.object(draining, "_switch", side_effect=KeyboardInterrupt), is_stopped:
        drained(world)


def test_a_drain_stopped_before_a_stream_was_closed_closes_it_when_it_goes_on(
    world: CapturedWorld,
) -> None:
    stopped_before_closing(world)
    assert world.generations()[0].state == "closing"
    assert drained(world).drained
    assert [one.state for one in world.generations()] == ["ended", "open"]
    assert world.numbers("app.persons") == ["1", "2"]


def test_a_stream_that_a_stranger_made_anew_is_refused_before_any_is_closed(
    world: CapturedWorld,
) -> None:
    world.fake.recreate_stream(table_name("Visit"))
    world.put("Visit", {"id": {"S": "v"}, "person": {"S": "p"}})
    with pytest.raises(AskOperatorError, match="made anew by somebody else"):
        drained(world)
    assert world.generations("Person")[0].state == "open"
    world.captured()
    assert [one.state for one in world.generations("Visit")] == ["lost", "open"]


def test_a_stranger_between_two_attempts_of_a_drain_is_a_gap(world: CapturedWorld) -> None:
    stopped_before_closing(world)
    model = next(one for one in ("Person", "Visit") if world.generations(one)[0].state == "closing")
    world.fake.recreate_stream(table_name(model))
    with pytest.raises(AskOperatorError, match="made anew by somebody else"):
        drained(world)
    world.captured()
    assert [one.state for one in world.generations(model)] == ["lost", "open"]
