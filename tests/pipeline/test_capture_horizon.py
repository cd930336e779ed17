"""What capture does as the horizon comes near: tell, stop, or give the copy up."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from migrate.errors import AskOperatorError
from tests.pipeline.captured_world import HOUR, CapturedWorld, captured_world, settled, states
from tests.small_world import PERSON, VISIT, person, table_name

PERSONS = table_name("Person")


@pytest.fixture
def world(postgres_url: str) -> Iterator[CapturedWorld]:
    with captured_world(postgres_url) as made:
        yield made


@pytest.mark.parametrize(
    ("action", "ends"), [("alarm", [(1, "open")]), ("copy-again", [(1, "lost"), (3, "open")])]
)
def test_the_horizon_is_told_each_hour_and_acted_on(
    world: CapturedWorld, action: Any, ends: list[tuple[int, str]]
) -> None:
    _behind(world, action)
    told = [one for one in world.notes if "h behind" in one]
    assert 2 <= len(told) <= 4
    assert "until DynamoDB forgets" in told[0]
    assert states(world)[: len(ends)] == ends


def test_the_horizon_stops_the_capture_if_the_profile_says_so(world: CapturedWorld) -> None:
    with pytest.raises(AskOperatorError, match="h behind"):
        _behind(world, "stop")
    assert states(world) == [(1, "open")]


def _behind(world: CapturedWorld, action: Any) -> None:
    """A table that cannot be read for more than half a day."""
    job = world.job(PERSON)
    follow = dataclasses.replace(job.follow, horizon_action=action, idle_seconds=60.0)
    job = dataclasses.replace(job, follow=follow)
    world.put("Person", person(1))
    with world.capture(job) as process:
        process.pin()
        process.run(threading.Event(), "quiet")
        world.fake.faults.throttle("GetRecords", 100_000)
        world.advance(11.9 * HOUR)
        turns = 0
        wait = process._wait
        assert wait is not None

        def faster(seconds: float) -> bool:
            nonlocal turns
            turns += 1
            return wait(seconds + 60.0) or turns >= 150

        process._wait = faster
        process.run(threading.Event())


def test_who_comes_back_after_a_long_stop_catches_up_and_is_not_stopped(
    world: CapturedWorld,
) -> None:
    job = world.job(PERSON, VISIT)
    follow = dataclasses.replace(job.follow, horizon_action="stop")
    job = dataclasses.replace(job, follow=follow)
    world.put("Person", person(1))
    settled(world)
    world.put("Person", person(2))
    world.advance(20 * HOUR)
    assert world.captured(job=job).captured == 1
    world.check()
