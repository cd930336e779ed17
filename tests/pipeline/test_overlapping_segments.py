"""Segments that overlap are told as such: a stand-in for DynamoDB may not know segments."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from migrate.errors import AskOperatorError
from migrate.pipeline.finalise import finalise
from migrate.pipeline.job import Job
from migrate.pipeline.load import load
from tests.small_world import PERSON, SmallWorld, person
from tests.source.scripted_dynamodb import ScriptedDynamoDB, scripted

pytestmark = pytest.mark.usefixtures("inline")


@pytest.fixture
def script(dynamodb_endpoint: str) -> Iterator[ScriptedDynamoDB]:
    with scripted(dynamodb_endpoint) as found:
        yield found


def job_of(world: SmallWorld, script: ScriptedDynamoDB, **settings: Any) -> Job:
    source = dataclasses.replace(world.source, endpoint=script.url)
    return dataclasses.replace(world.job(PERSON), source=source, **settings)


# With three segments each item is refused twice, with two only once, by its own row.
@pytest.mark.parametrize("segments", [2, 3])
def test_an_item_that_two_segments_gave_is_no_clash_of_two_items(
    world: SmallWorld, script: ScriptedDynamoDB, segments: int
) -> None:
    world.put("Person", *(person(n) for n in range(5)))
    script.knows_segments = False
    with pytest.raises(
        AskOperatorError, match=r"Person-\S+ gave the same item twice: its scan segments overlap"
    ) as caught:
        load(job_of(world, script, segments=segments))
    assert "segments: 1" in caught.value.hint
    with pytest.raises(AskOperatorError, match="is not finished"):
        finalise(job_of(world, script))
    whole = job_of(world, script, segments=1)
    assert load(whole, again=True).items == 5
    finalise(whole)
    world.check(whole)


def test_one_reject_that_two_segments_gave_is_enough(
    world: SmallWorld, script: ScriptedDynamoDB
) -> None:
    world.put("Person", person(1, surprise="x"))
    script.knows_segments = False
    with pytest.raises(AskOperatorError, match="segments overlap"):
        load(job_of(world, script, segments=2))


def test_two_items_that_clash_are_two_items(world: SmallWorld, script: ScriptedDynamoDB) -> None:
    """Their keys differ in case only, and a uuid has none."""
    world.put("Person", *(person(n) for n in "abcd"), *(person(n) for n in "ABCD"))
    job = job_of(world, script, segments=2)
    assert load(job).rejected == 4
    finalise(job)
    world.check(job)
    assert {rule for _, _, rule, _ in world.rejects()} == {"key-clash"}
