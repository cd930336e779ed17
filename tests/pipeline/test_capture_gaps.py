"""A gap is found, named and said; what is no gap is captured without a word."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from migrate.ledger import streams
from tests.pipeline.captured_world import HOUR, CapturedWorld, captured_world, settled, states
from tests.small_world import person, table_name, visit

PERSONS = table_name("Person")


@pytest.fixture
def world(postgres_url: str) -> Iterator[CapturedWorld]:
    with captured_world(postgres_url) as made:
        yield made


def gaps(world: CapturedWorld) -> list[str]:
    return [one for one in world.notes if one.startswith("GAP: ")]


def test_a_stop_of_less_than_a_day_leaves_no_gap(world: CapturedWorld) -> None:
    world.put("Person", person(1))
    settled(world)
    world.advance(2 * HOUR)  # the change of before is trimmed below, and nothing else
    world.put("Person", person(2))
    world.advance(20.5 * HOUR)
    assert world.captured().gaps == []
    assert (states(world), gaps(world)) == ([(1, "open")], [])
    world.check()


def test_a_position_that_was_trimmed_is_no_gap_while_all_behind_it_is_there(
    world: CapturedWorld,
) -> None:
    world.put("Person", person(1))
    for _ in range(3):  # never as long as a day, but longer than a day since the last change
        settled(world)
        world.advance(12 * HOUR)
    world.put("Person", person(2), person(1, age=4))
    assert world.captured().captured == 2
    assert (states(world), gaps(world)) == ([(1, "open")], [])
    world.check()


def test_a_change_that_was_trimmed_unread_is_a_gap_and_the_stream_is_pinned_anew(
    world: CapturedWorld,
) -> None:
    world.put("Person", person(1))
    settled(world)
    before = world.clock.now()
    world.advance(HOUR)
    world.put("Person", person(2))
    world.advance(26 * HOUR)
    world.put("Person", person(3))
    result = world.captured()
    assert states(world) == [(1, "lost"), (3, "open")]
    lost, pinned = world.generations()
    assert lost.arn == pinned.arn
    assert lost.complete_until is not None
    assert before - timedelta(minutes=7) < lost.complete_until <= before
    assert "were not read while DynamoDB had them" in lost.problem
    assert len(result.gaps) == 2  # visits were not read either
    assert len(gaps(world)) == 2
    assert "`migrate load --again`" in gaps(world)[0]
    world.check()


def test_a_shard_that_never_spoke_is_not_taken_up_after_a_day(world: CapturedWorld) -> None:
    """TRIM_HORIZON would silently begin with what is left."""
    settled(world)
    world.put("Person", person(1))
    world.advance(25 * HOUR)
    world.put("Person", person(2))
    world.captured()
    assert states(world) == [(1, "lost"), (3, "open")]
    world.check()


def test_late_trimming_saves_what_the_position_still_reaches(world: CapturedWorld) -> None:
    world.fake.knobs.trims_late = True
    world.put("Person", person(1))
    world.put("Visit", visit(1, of=1))
    settled(world)
    world.put("Person", person(2))
    world.advance(30 * HOUR)
    assert world.captured().captured == 1
    assert states(world) == [(1, "open")]
    world.check()


def test_a_shard_that_vanished_unread_is_a_gap(world: CapturedWorld) -> None:
    world.put("Person", person(1))
    settled(world)
    world.put("Person", person(2))
    world.fake.roll(PERSONS)
    world.advance(25 * HOUR)
    world.captured()
    assert states(world) == [(1, "lost"), (3, "open")]
    assert " is gone" in world.generations()[0].problem
    world.check()


def test_shards_that_came_and_went_while_nobody_looked_are_a_gap(world: CapturedWorld) -> None:
    with world.capture() as process:
        process.pin()
        world.fake.roll(PERSONS)
        process.run(threading.Event(), "quiet")  # the first shard is read to its end
    world.put("Person", person(1))
    for _ in range(3):
        world.advance(9 * HOUR)
        world.fake.roll(PERSONS)
        world.put("Person", person(len(world.history)))
    world.advance(24.5 * HOUR)
    world.captured()
    assert states(world) == [(1, "lost"), (3, "open")]
    world.check()


def test_a_stream_that_somebody_made_anew_is_a_gap_and_both_are_read(world: CapturedWorld) -> None:
    world.put("Person", person(1))
    world.captured()
    world.put("Person", person(2))
    world.fake.recreate_stream(PERSONS)
    world.put("Person", person(3))
    world.captured()
    assert states(world) == [(1, "lost"), (3, "open")]
    old, new = world.generations()
    assert "somebody made the stream" in old.problem
    assert old.label in old.problem
    assert new.label in old.problem
    assert [len(world.landed(one)) for one in (old, new)] == [2, 1]
    assert any("what is left of the stream" in one for one in world.notes)
    world.check()


def test_what_is_left_of_a_stream_is_read_also_by_the_next_process(world: CapturedWorld) -> None:
    world.put("Person", person(1))
    world.captured()
    world.put("Person", *(person(number) for number in range(2, 9)))
    world.fake.recreate_stream(PERSONS)
    world.fake.knobs.records_page_max = 2
    stop = threading.Event()
    with world.capture() as process:
        process.pin()
        stop.set()
        process.run(stop)
    assert states(world) == [(1, "lost"), (3, "open")]
    world.captured()
    assert len(world.landed(world.generations()[0])) == 8
    world.check()


def test_a_stream_that_somebody_switched_off_is_a_gap_and_pinned_once_it_is_on(
    world: CapturedWorld,
) -> None:
    world.put("Person", person(1))
    world.captured()
    world.put("Person", person(2))
    world.switch("Person", None)
    result = world.captured()
    assert states(world) == [(1, "lost")]
    assert len(world.landed(world.generations()[0])) == 2
    assert "switched off" in result.gaps[0]
    assert any("StreamEnabled=true" in one for one in world.notes)
    world.put("Person", person(3))  # in no stream
    world.switch("Person", "NEW_IMAGE")
    world.put("Person", person(4))
    world.captured()
    assert states(world) == [(1, "lost"), (3, "open")]
    assert world.generations()[1].view_type == "NEW_IMAGE"
    world.check()


def test_a_stream_made_anew_with_a_useless_view_is_not_pinned(world: CapturedWorld) -> None:
    world.captured()
    world.switch("Person", None)
    world.switch("Person", "KEYS_ONLY")
    world.captured()
    assert states(world) == [(1, "lost")]
    assert any("KEYS_ONLY" in one for one in world.notes)


def test_an_endpoint_that_forgot_its_records_is_a_gap(world: CapturedWorld) -> None:
    """As an emulator that was started anew: the stream is the same by name, its records are not."""
    world.put("Person", person(1))
    world.captured()
    world.put("Person", person(2))
    with world.fake.lock:
        (shard,) = world.fake.shards(PERSONS)
        shard.trimmed_to = shard.records[-1].sequence
        shard.records.clear()
    world.put("Person", person(3))
    with world.capture() as process:
        process.pin()
        assert states(world) == [(1, "lost"), (3, "open")]
    assert "has forgotten the stream" in gaps(world)[0]


def test_a_late_ancestor_of_the_first_shards_is_not_read_in_the_wrong_order(
    world: CapturedWorld,
) -> None:
    world.put("Person", person(1))
    world.fake.knobs.unlisted_calls = 0
    world.fake.split(PERSONS)
    world.put("Person", person(1, age=1), person(2))
    with world.fake.lock:
        parent = next(one for one in world.fake.shards(PERSONS) if one.parent_id is None)
        parent.unlisted_calls = 3
    world.advance(10)  # its changes are older than the capture
    settled(world)
    assert parent.shard_id not in {one.shard_id for one in world.known_shards()}
    assert len(world.landed(world.generations()[0])) == 2
    world.check()


def close(world: CapturedWorld, model: str = "Person") -> None:
    """What a drain does: the ledger first."""
    with psycopg.connect(world.url) as connection:
        streams.set_state(connection, model, 1, "closing")
    world.switch(model, None)


def test_a_stream_that_this_tool_closed_is_read_to_its_end(world: CapturedWorld) -> None:
    world.fake.knobs.unlisted_calls = 2
    with world.capture() as process:
        process.pin()
        world.put("Person", person(1))
        world.fake.split(PERSONS)
        world.put("Person", person(1, age=2), person(2))
        close(world)
        process.run(threading.Event(), "ended")
    assert states(world) == [(1, "ended")]
    assert gaps(world) == []
    assert len(world.landed(world.generations()[0])) == 3


def test_the_successor_that_a_drain_records_is_read_and_no_gap(world: CapturedWorld) -> None:
    with world.capture() as process:
        process.pin()
        world.put("Person", person(1))
        close(world)
        process.run(threading.Event(), "ended")
        world.switch("Person", "NEW_AND_OLD_IMAGES")
        world.put("Person", person(2))
        process.run(*_turns(process, 200))
        assert states(world) == [(1, "ended")]
        assert any("`migrate drain` does that" in one for one in world.notes)
        _record_successor(world)
        process.run(threading.Event(), "quiet")
    assert states(world) == [(1, "ended"), (2, "open")]
    assert gaps(world) == []
    assert len(world.landed(world.generations()[1])) == 1


def _turns(process: Any, count: int) -> tuple[threading.Event, Any]:
    wait = process._wait
    left = count

    def counted(seconds: float) -> bool:
        nonlocal left
        left -= 1
        return wait(seconds) or left <= 0

    process._wait = counted
    return threading.Event(), "stopped"


def _record_successor(world: CapturedWorld) -> None:
    stream = world.fake.table(PERSONS).stream
    assert stream is not None
    with psycopg.connect(world.url) as connection:
        streams.pin(
            connection,
            "Person",
            number=2,
            table=PERSONS,
            arn=stream.arn,
            label=stream.identity.label,
            view_type="NEW_AND_OLD_IMAGES",
            covers_from=world.clock.now(),
        )


def test_a_trimmed_shard_of_a_closing_stream_is_a_gap_and_ends_the_wait(
    world: CapturedWorld,
) -> None:
    world.put("Person", person(1))
    settled(world)
    world.put("Person", person(2))
    close(world)
    world.advance(25 * HOUR)
    result = world.captured("ended", pin=False)
    assert states(world)[0] == (1, "lost")
    assert result.gaps
