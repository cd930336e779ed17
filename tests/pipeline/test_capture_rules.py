"""What answers prove, when something can be lost, and when a shard is asked again."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from migrate.ledger.streams import Generation, Shard
from migrate.mapping.spec import Mapping
from migrate.pipeline.capture_gaps import (
    begins_at,
    gap_of_age,
    gap_of_missing,
    leaves,
    unread_since,
)
from migrate.pipeline.capture_shard import LiveShard
from migrate.source.streams import Answer, ListedShard, Listing, Record, ShardReader
from tests.small_world import PERSON, uid

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
GENERATION = Generation(
    "Person", 1, "stream", "Person-x-y", "arn", "label", "NEW_IMAGE", "open", "", NOON, None,
    NOON, NOON,
)  # fmt: skip


def shard(number: int = 1, parent: int | None = None, **changes: Any) -> Shard:
    name = None if parent is None else f"shard{parent}"
    one = Shard(
        number, "Person", 1, f"shard{number}", name, None, 0, 0, "open", NOON, None, None, NOON
    )  # fmt: skip
    return dataclasses.replace(one, **changes)


def record(sequence: int, at: datetime) -> Record:
    return Record(sequence, 21, "put", {"id": {"S": uid(1)}}, b"{}", None, at)


class Reading:
    """A shard that is read, answer by answer."""

    def __init__(self, **changes: Any) -> None:
        reader = ShardReader(None, "arn", "shard1", None, None)
        self.live = LiveShard(shard(**changes), reader, Mapping.model_validate(PERSON), NOON)

    def hear(self, at: datetime, *records: Record, is_end: bool = False) -> Shard:
        answer = Answer(list(records), is_end, 10)
        heard, _ = self.live.took(answer, at)
        self.live.learn(heard)
        self.live.answered(answer, at, at, idle=1.0)
        return self.live.known


def test_a_change_proves_that_all_before_its_second_is_captured() -> None:
    reading = Reading()
    known = reading.hear(NOON + HOUR, record(7, NOON + 3 * MINUTE), record(9, NOON + 5 * MINUTE))
    assert (known.position, known.captured) == (9, 2)
    assert (known.at, known.complete_until) == (NOON + 5 * MINUTE, NOON + 5 * MINUTE)
    assert known.silent_since is None


def test_one_empty_answer_proves_nothing() -> None:
    reading = Reading()
    known = reading.hear(NOON + HOUR)
    assert (known.complete_until, known.silent_since) == (NOON, NOON + HOUR)
    assert known.read_at == NOON + HOUR


def test_unbroken_silence_proves_all_but_its_last_minutes() -> None:
    reading = Reading()
    reading.hear(NOON, record(7, NOON - MINUTE))
    for minute in range(1, 11):
        known = reading.hear(NOON + minute * MINUTE)
        expected = NOON if minute < 6 else NOON + (minute - 5) * MINUTE
        assert known.complete_until == expected
    assert known.silent_since == NOON + MINUTE


def test_silence_begins_anew_where_nobody_asked_for_a_while() -> None:
    reading = Reading()
    reading.hear(NOON + MINUTE)
    known = reading.hear(NOON + 2 * HOUR)
    assert (known.silent_since, known.complete_until) == (NOON + 2 * HOUR, NOON)


def test_what_is_proven_stays_proven() -> None:
    reading = Reading(complete_until=NOON + HOUR)
    assert reading.hear(NOON + HOUR, record(7, NOON + MINUTE)).complete_until == NOON + HOUR


def test_the_pause_grows_with_silence_and_ends_with_a_change() -> None:
    reading = Reading()
    pauses = []
    for _ in range(5):
        reading.hear(NOON)
        pauses.append((reading.live.due - NOON).total_seconds())
    assert pauses == [0.2, 0.4, 0.8, 1.0, 1.0]
    reading.hear(NOON, record(7, NOON))
    assert reading.live.due == NOON


def test_pauses_of_throttling_and_of_failures_grow_to_a_limit() -> None:
    live = Reading().live
    assert [live.throttled(NOON) for _ in range(7)] == [0.5, 1, 2, 4, 8, 10, 10]
    assert live.refused == 7
    live = Reading().live
    assert [live.failed(ValueError(), NOON) for _ in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert live.failing_since == NOON


@pytest.mark.parametrize("what", ["trimmed", "gone"])
def test_what_is_missing_is_a_gap_when_it_may_have_been_unread(what: str) -> None:
    held = shard(complete_until=NOON, at=NOON - 30 * HOUR)
    assert gap_of_missing(held, NOON + 22 * HOUR, what) is None
    gap = gap_of_missing(held, NOON + 23 * HOUR, what)
    assert gap is not None
    assert f"is {what}" in gap
    assert "2026-07-01T12:00:00Z" in gap


def test_a_young_change_that_is_missing_is_a_gap_because_dynamodb_keeps_it_for_a_day() -> None:
    held = shard(complete_until=NOON, at=NOON - HOUR, position=9)
    gap = gap_of_missing(held, NOON + HOUR, "trimmed")
    assert gap is not None
    assert "has forgotten the stream" in gap


def test_an_old_shard_is_not_begun_at_what_is_left_of_it() -> None:
    assert gap_of_age(shard(), NOON + 22 * HOUR) is None
    assert gap_of_age(shard(), NOON + 23 * HOUR) is not None


def test_a_new_shard_begins_where_its_parent_ended_or_the_last_look_was() -> None:
    parent = shard(complete_until=NOON - 9 * HOUR)
    assert begins_at(parent, GENERATION) == NOON - 5 * MINUTE
    parent = shard(complete_until=NOON + HOUR)
    assert begins_at(parent, GENERATION) == NOON + HOUR


def test_what_is_certain_of_a_lost_stream_is_what_its_slowest_shard_says() -> None:
    shards = [
        shard(1, state="closed", complete_until=NOON - 5 * HOUR),
        shard(2, parent=1, complete_until=NOON + HOUR),
        shard(3, parent=1, complete_until=NOON + 2 * HOUR),
    ]
    assert unread_since(shards, GENERATION) == NOON + HOUR
    ended = [dataclasses.replace(one, state="closed") for one in shards]
    assert unread_since(ended, GENERATION) == NOON + 2 * HOUR
    assert unread_since([], GENERATION) == NOON


def test_a_shard_that_ended_without_known_children_is_a_leaf() -> None:
    shards = [
        shard(1, state="closed"),
        shard(2, parent=1, state="closed"),
        shard(3, parent=1),
    ]
    assert [one.shard for one in leaves(shards)] == [2]


def test_a_listing_is_told_parents_first_whatever_its_order() -> None:
    listed = [("d", "c"), ("b", "a"), ("c", "b"), ("x", "gone"), ("a", None), ("y", None)]
    listing = Listing("arn", True, tuple(ListedShard(*one) for one in listed))
    told = [one.shard_id for one in listing.parents_first]
    assert sorted(told) == ["a", "b", "c", "d", "x", "y"]
    assert [one for one in told if one in "abcd"] == ["a", "b", "c", "d"]
