"""Captured changes are those that were made, whatever shards and answers do."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from migrate.errors import AskOperatorError
from migrate.pipeline.capture import Capture
from tests.fakes.dynamodb.operations.iterators import ShardIterator
from tests.pipeline.captured_world import (
    CapturedWorld,
    calls,
    captured_world,
    meanwhile,
    running_for,
)
from tests.small_world import PERSON, person, table_name, uid, visit

PERSONS = table_name("Person")


@pytest.fixture
def world(postgres_url: str) -> Iterator[CapturedWorld]:
    with captured_world(postgres_url) as made:
        yield made


def test_every_change_is_captured_as_it_came_and_in_order(world: CapturedWorld) -> None:
    world.put("Person", person(1), person(2), person(1, age=3), person(1, age=3))
    world.delete("Person", 2)
    world.expire("Person", 1)
    world.put("Visit", visit(7, of=1))
    result = world.captured()
    rows = world.rows(
        "select model, kind, right(item_key::json->'id'->>'S', 1), image, old_image is not null"
        " from migrate.changes join migrate.shards using (shard) order by model, sequence"
    )
    assert [row[:3] for row in rows] == [
        ("Person", "put", "1"),
        ("Person", "put", "2"),
        ("Person", "put", "1"),  # and none for the second put of the same
        ("Person", "removed", "2"),
        ("Person", "expired", "1"),
        ("Visit", "put", "7"),
    ]
    assert [row[3] is None for row in rows] == [False, False, False, True, True, False]
    assert b'"age":{"N":"3"}' in rows[2][3].replace(b" ", b"")
    assert (result.captured, result.gaps) == (6, [])
    assert [(one.model, one.state, one.captured) for one in result.tables] == [
        ("Person", "open", 5),
        ("Visit", "open", 1),
    ]
    world.check()


def test_a_process_goes_on_where_the_one_before_stopped(world: CapturedWorld) -> None:
    world.put("Person", person(1))
    assert world.captured().captured == 1
    world.put("Person", person(2))
    world.advance(3600)
    assert world.captured().captured == 1
    assert world.captured().captured == 0
    iterators = [one["ShardIteratorType"] for one in calls(world, "GetShardIterator")]
    assert Counter(iterators) == {"AFTER_SEQUENCE_NUMBER": 2, "TRIM_HORIZON": 4}  # Visit: none yet
    world.check()


def test_a_sequence_number_goes_back_with_its_leading_zeros(world: CapturedWorld) -> None:
    world.put("Person", person(1))
    world.captured()
    world.sql("update migrate.shards set position_digits = 30 where position is not null")
    with world.capture() as process:
        process.pin()
    asked = [one["SequenceNumber"] for one in calls(world, "GetShardIterator")[2:3]]
    assert [len(one) for one in asked] == [30]


def test_shards_of_every_page_are_read(world: CapturedWorld) -> None:
    world.fake.knobs.shards_page_max = 2
    for number in range(40):
        world.put("Person", person(number))
        if number < 7:
            world.fake.split(PERSONS)
    world.captured()
    assert len(world.known_shards()) == 15
    world.check()


def test_many_shards_are_read_by_few_requests_at_a_time(world: CapturedWorld) -> None:
    world.fake.knobs.initial_shards = 120
    world.fake.recreate_stream(PERSONS)
    world.put("Person", *(person(number) for number in range(200)))
    with world.capture(requests=4) as process:
        process.pin()
        process.run(threading.Event(), "quiet")
    assert len(world.known_shards()) == 120
    world.check()


def test_a_child_is_not_read_before_its_parent_was_read_to_its_end(world: CapturedWorld) -> None:
    world.fake.knobs.records_page_max = 1
    world.put("Person", *(person(number) for number in range(6)))
    with world.capture() as process:
        process.pin()
        world.fake.split(PERSONS)
        world.put("Person", *(person(number, age=1) for number in range(6)))
        world.fake.faults.throttle("GetRecords", 2)  # the parent has to wait, they are known
        process.run(threading.Event(), "quiet")
    parent, *children = world.known_shards()
    asked = [
        one["ShardId"]
        for one in calls(world, "GetShardIterator")
        if one["StreamArn"] == _arn(world)
    ]
    assert asked[0] == parent.shard_id
    assert sorted(asked[1:]) == sorted(one.shard_id for one in children)
    # Six pages, the last of them with the end: only then children were asked for.
    first_child = _place_of_first_read(world, {one.shard_id for one in children})
    before = [one.request for one in list(world.fake.calls)[:first_child]]
    assert sum(parent.shard_id in _shard_of(one) for one in before) >= 6
    world.check()


def _shard_of(request: dict[str, Any]) -> str:
    """Of a GetRecords call."""
    if "ShardIterator" not in request:
        return ""
    return ShardIterator.of(request["ShardIterator"]).shard_id


def _arn(world: CapturedWorld) -> str:
    return world.generations()[0].arn


def _place_of_first_read(world: CapturedWorld, shards: set[str]) -> int:
    return next(
        number
        for number, one in enumerate(world.fake.calls)
        if one.operation == "GetShardIterator" and one.request["ShardId"] in shards
    )


@pytest.mark.parametrize("knows_filter", ["served", "refused", "ignored"])
def test_children_are_asked_for_by_name_and_else_found_in_the_listing(
    world: CapturedWorld, knows_filter: Any
) -> None:
    world.fake.knobs.child_shards_filter = knows_filter

    def roll() -> None:
        world.fake.roll(PERSONS)
        world.put("Person", person(1, age=len(world.history)))

    with world.capture() as process:
        process.pin()
        for turn in (3, 5, 7):
            meanwhile(process, turn, roll)
        process.run(threading.Event(), "quiet")
    asked = [one["ShardFilter"] for one in calls(world, "DescribeStream") if "ShardFilter" in one]
    assert {one["Type"] for one in asked} == {"CHILD_SHARDS"}
    assert (len(asked) == 1) == (knows_filter == "refused")  # it is not asked again
    assert len(world.known_shards()) == 4
    world.check()


def test_a_child_that_is_listed_late_is_looked_for_again(world: CapturedWorld) -> None:
    world.fake.knobs.unlisted_calls = 6
    world.fake.knobs.open_parent_calls = 3
    with world.capture() as process:
        process.pin()
        meanwhile(process, 5, lambda: world.fake.split(PERSONS))
        meanwhile(process, 6, lambda: world.put("Person", person(1), person(2)))
        process.run(threading.Event(), "quiet")
    assert world.notes[2:] == []
    assert len(world.known_shards()) == 3
    world.check()


def test_a_child_that_is_never_listed_is_told_and_looked_for_for_ever(world: CapturedWorld) -> None:
    with world.capture() as process:
        process.pin()
        world.fake.knobs.unlisted_calls = 10_000
        world.fake.roll(PERSONS)
        world.put("Person", person(1))
        process.run(*running_for(world, process, seconds=1200))
        assert any("what follows it is not listed after 10 looks" in one for one in world.notes)
    with world.fake.lock:
        for shard in world.fake.shards(PERSONS):
            shard.unlisted_calls = 0
    world.captured()
    world.check()


def test_empty_pages_are_not_the_end(world: CapturedWorld) -> None:
    world.put("Person", person(1))
    world.fake.roll(PERSONS)
    world.put("Person", person(2))
    world.fake.empty_pages(PERSONS, 9)
    with world.capture() as process:
        process.pin()
        process.run(*running_for(world, process, seconds=30))
    world.check()


def test_a_silent_shard_is_asked_at_most_once_a_second(world: CapturedWorld) -> None:
    world.put("Person", person(1))
    job = world.job(PERSON)
    with world.capture(job) as process:
        process.pin()
        process.run(threading.Event(), "quiet")
        before = len(calls(world, "GetRecords"))
        process.run(*running_for(world, process, seconds=600))
    expected = 600 / job.follow.idle_seconds
    assert 0.9 * expected <= len(calls(world, "GetRecords")) - before <= min(expected + 1, 600)


def test_a_shard_that_speaks_is_asked_again_at_once(world: CapturedWorld) -> None:
    world.fake.knobs.records_page_max = 2
    world.put("Person", *(person(number) for number in range(40)))
    begun = world.clock.now()
    with world.capture() as process:
        process.pin()
        process.run(*running_for(world, process, seconds=0.1))
        assert (world.clock.now() - begun).total_seconds() < 1
        assert world.rows("select count(*) from migrate.changes") == [(40,)]


def test_answers_of_several_shards_are_landed_in_one_transaction(world: CapturedWorld) -> None:
    world.put("Person", person(1))
    world.put("Visit", visit(1, of=1))
    with world.capture(requests=4) as process:
        process.pin()
        process.run(threading.Event(), "quiet")
    transactions = world.rows("select count(distinct xmin::text) from migrate.changes")
    assert transactions[0][0] in (1, 2)
    world.check()


def test_two_processes_do_not_capture_into_one_target(world: CapturedWorld) -> None:
    second = Capture(world.job_of_all)
    with world.capture(), pytest.raises(AskOperatorError, match="another `migrate capture`"):
        second.__enter__()


def test_stop_ends_a_run_and_nothing_landed_is_lost(world: CapturedWorld) -> None:
    world.put("Person", *(person(number) for number in range(10)))
    stop = threading.Event()
    stop.set()
    with world.capture() as process:
        process.pin()
        assert process.run(stop).captured == 0
    world.captured()
    world.check()


def test_keys_are_named_as_the_mapping_orders_them(world: CapturedWorld) -> None:
    world.put("Person", person("b"))
    world.captured()
    assert world.rows("select item_key from migrate.changes") == [
        (f'{{"id":{{"S":"{uid("b")}"}}}}',)
    ]
