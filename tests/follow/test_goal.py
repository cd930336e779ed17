"""When a copy has caught up: everything before an instant is read, and applied."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from migrate.ledger.applied import Applied
from migrate.ledger.streams import Generation, Shard, State
from migrate.pipeline.copies import Copy
from migrate.pipeline.follow_goal import goal_of
from tests.follow.followed_world import NOON


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def shard(
    read: float,
    *,
    silent: float | None = None,
    last: float | None = None,
    position: int | None = 7,
    is_closed: bool = False,
) -> Shard:
    return Shard(
        1, "Person", 1, "s1", None, position, 1, 0, "closed" if is_closed else "open", at(read),
        None if silent is None else at(silent), None if last is None else at(last),
    )  # fmt: skip


def copy(*shards: Shard, state: State = "open", applied: int | None = 7) -> Copy:
    generation = Generation(
        "Person", 1, "stream", "t", "arn", "1", "NEW_IMAGE", state, "", at(-9), None, at(-9), at(-9)
    )
    return Copy("Person", [generation], shards, {1: Applied(1, applied)}, 0, "")


@pytest.mark.parametrize(
    ("found", "is_reached"),
    [
        (copy(shard(3, silent=-60, last=-60)), False),  # not silent for long since then
        (copy(shard(5, silent=-60, last=-60)), True),
        (copy(shard(8, silent=4, last=-1)), False),
        (copy(shard(9, silent=4, last=-1)), True),
        (copy(shard(9, last=-1)), False),  # speaks, but of the time before
        (copy(shard(9, last=0)), True),  # a source that never rests
        (copy(shard(3, last=2)), False),
        (copy(shard(9, silent=0), applied=6), False),
        (copy(shard(9, silent=0), applied=None), False),
        (copy(shard(9, silent=0, position=None), applied=None), True),
        (copy(shard(-9, is_closed=True)), False),  # the next shard is not listed yet
        (copy(shard(-9, is_closed=True), state="closing"), True),
        (copy(shard(-9), state="ended"), True),
    ],
)
def test_caught_up(found: Copy, is_reached: bool) -> None:
    goal = goal_of("caught-up", NOON, quiet_seconds=5)
    assert goal.is_reached([found]) == is_reached


def test_what_comes_after_it_was_read_is_not_waited_for() -> None:
    goal = goal_of("caught-up", NOON, quiet_seconds=5)
    assert not goal.is_reached([copy(shard(9, last=1, position=70), applied=69)])
    assert goal.is_reached([copy(shard(10, last=10, position=90), applied=70)])


def test_a_time_to_come_is_waited_for() -> None:
    goal = goal_of(at(100), NOON, quiet_seconds=5)
    assert not goal.is_reached([copy(shard(100, silent=0))])
    assert goal.is_reached([copy(shard(105, silent=0))])


def test_without_quiet_a_later_answer_is_enough() -> None:
    goal = goal_of("caught-up", NOON, quiet_seconds=0)
    assert not goal.is_reached([copy(shard(0, silent=-1))])
    assert goal.is_reached([copy(shard(1, silent=-1))])
