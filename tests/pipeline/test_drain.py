"""The drain of a frozen source, against every endpoint that has streams."""

from __future__ import annotations

import dataclasses
import threading
from typing import Any

import pytest

from migrate.aws import client
from migrate.errors import AskOperatorError
from migrate.ledger import streams
from migrate.pipeline import drain as draining
from migrate.pipeline.capture import Capture
from migrate.pipeline.drain import drain, plan_drain
from migrate.pipeline.finalise import finalise
from migrate.pipeline.follow import Follower
from migrate.pipeline.job import Job
from migrate.pipeline.load import load
from migrate.pipeline.verify import verify
from migrate.target.connection import connect
from tests.small_world import PERSON, SmallWorld, person, table_name

pytestmark = pytest.mark.usefixtures("inline")


@pytest.fixture
def world(postgres_url: str, any_dynamodb_endpoint: str) -> SmallWorld:
    return SmallWorld(postgres_url, any_dynamodb_endpoint, ["Person"])


def copied(world: SmallWorld) -> Job:
    """A copy that is captured and loaded, and the source changed since."""
    job = world.job(PERSON)
    switch(world, enabled=True)
    job = dataclasses.replace(job, follow=dataclasses.replace(job.follow, quiet_seconds=0.5))
    world.put("Person", person(1), person(2, code="a"))
    with Capture(job) as capture:
        capture.pin()
    load(job)
    finalise(job, foreign_keys=False)
    world.put("Person", person(2, code="b"), person(3, code="a"))
    world.delete("Person", 1)
    return job


def switch(world: SmallWorld, *, enabled: bool) -> None:
    specification: dict[str, Any] = {"StreamEnabled": enabled}
    if enabled:
        specification["StreamViewType"] = "NEW_AND_OLD_IMAGES"
    client("dynamodb", world.source).update_table(
        TableName=table_name("Person"), StreamSpecification=specification
    )


def states(job: Job) -> list[tuple[int, str]]:
    with connect(job.target) as connection:
        return [(one.number, one.state) for one in streams.generations(connection)]


def test_everything_is_applied_and_the_next_stream_follows_without_a_gap(
    world: SmallWorld,
) -> None:
    job = copied(world)
    assert [one.action for one in plan_drain(job)] == ["close"]
    result = drain(job)
    assert (result.drained, result.pending) == (True, 0)
    assert states(job) == [(1, "ended"), (2, "open")]
    finalise(job)
    assert world.rows("select right(id::text, 1), code from app.persons order by 1") == [
        ("2", "b"),
        ("3", "a"),
    ]
    assert verify(job, rules=None).passed


def test_it_goes_on_where_it_was_stopped(
    world: SmallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = copied(world)
    for place in ("_read_to_the_end", "Follower", "_reopen"):
        with monkeypatch.context() as patch:
            patch.setattr(draining, place, stopped)
            with pytest.raises(KeyboardInterrupt):
                drain(job)
    assert drain(job).drained
    *before, last = [state for _, state in states(job)]
    assert (set(before), last) == ({"ended"}, "open")


def test_a_drain_that_is_given_up_leaves_no_stream_closed(
    world: SmallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The source may be thawed then, and is written to again."""
    job = copied(world)
    with monkeypatch.context() as patch:
        patch.setattr(draining, "Follower", stopped)
        with pytest.raises(KeyboardInterrupt):
            drain(job)
    assert states(job) == [(1, "ended"), (2, "open")]
    world.put("Person", person(4))
    assert drain(job).drained
    assert "4" in world.numbers("app.persons")


def stopped(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_a_drained_copy_goes_on_following_and_is_drained_again(world: SmallWorld) -> None:
    """Nobody captures in between: what was written then is in the stream that was opened again."""
    job = copied(world)
    drain(job)
    assert [one.action for one in plan_drain(job)] == ["close"]
    world.put("Person", person(4))
    assert drain(job).drained
    assert states(job) == [(1, "ended"), (2, "ended"), (3, "open")]
    assert "4" in world.numbers("app.persons")


def test_a_table_that_is_not_captured_is_named_before_anything_is_closed(
    world: SmallWorld,
) -> None:
    job = world.job(PERSON)
    load(job)
    with pytest.raises(AskOperatorError, match="Person is not captured"):
        drain(job)


def test_a_copy_that_is_not_good_is_named_before_anything_is_closed(world: SmallWorld) -> None:
    job = world.job(PERSON)
    switch(world, enabled=True)
    load(job)  # before it is captured
    with Capture(job) as capture:
        capture.pin()
    with pytest.raises(AskOperatorError, match="Person must be copied again: the load began"):
        drain(job)
    assert states(job) == [(1, "open")]


def test_services_that_capture_and_follow_bring_it_to_its_end(world: SmallWorld) -> None:
    job = copied(world)
    stop = threading.Event()
    with Capture(job) as capture, Follower(job) as follower:
        services = [
            threading.Thread(target=capture.run, args=(stop,)),
            threading.Thread(target=follower.run, args=(stop,)),
        ]
        for one in services:
            one.start()
        try:
            result = drain(job)
        finally:
            stop.set()
            for one in services:
                one.join()
    assert (result.drained, result.pending) == (True, 0)
    assert world.numbers("app.persons") == ["2", "3"]
