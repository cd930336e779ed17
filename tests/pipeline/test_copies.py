"""When a copy can follow its streams, in which order its shards apply, and how far it is behind."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from migrate.ledger.applied import Applied
from migrate.ledger.runs import Run
from migrate.ledger.streams import Generation, Shard
from migrate.pipeline.copies import Copy, chain_of, eligible, problem_of
from migrate.pipeline.horizon import capture_lag_seconds, hours_to_horizon

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def generation(number: int, state: Any = "open", **changes: Any) -> Generation:
    one = Generation(
        "Person", number, "stream", "Person-x-y", f"arn{number}", f"label{number}",
        "NEW_AND_OLD_IMAGES", "open", "a gap" if state == "lost" else "", NOON, None, NOON, NOON,
    )  # fmt: skip
    return dataclasses.replace(one, state=state, **changes)


def shard(number: int, parent: int | None = None, **changes: Any) -> Shard:
    name = None if parent is None else f"shard{parent}"
    one = Shard(
        number, "Person", 1, f"shard{number}", name, None, 0, 0, "open", NOON, None, None
    )  # fmt: skip
    return dataclasses.replace(one, **changes)


def copy(*shards: Shard, applied: dict[int, int] | None = None) -> Copy:
    """A copy of generation 1, with positions of the shards that were applied."""
    held = {one: Applied(one, at) for one, at in (applied or {}).items()}
    return Copy("Person", [generation(1)], shards, held, 0, "")


def run(started_at: datetime) -> Run:
    return Run("r", "local", "loaded", "f", {}, started_at)


@pytest.mark.parametrize(
    ("states", "numbers"),
    [
        (["open"], [1]),
        (["ended", "open"], [1, 2]),
        (["lost", "open"], [2]),
        (["mended", "ended", "open"], [1, 2, 3]),
        (["ended", "lost", "ended", "open"], [3, 4]),
        (["ended", "lost"], [2]),
    ],
)
def test_a_gap_begins_a_new_chain(states: list[str], numbers: list[int]) -> None:
    found = chain_of([generation(n, state) for n, state in enumerate(states, 1)])
    assert [one.number for one in found] == numbers


def test_a_load_that_began_before_its_capture_must_be_made_again() -> None:
    chain = [generation(1)]
    assert problem_of(run(NOON), "Person", chain, chain) == ""
    early = run(NOON - timedelta(seconds=1))
    assert "before capture" in problem_of(early, "Person", chain, chain)


def test_a_gap_behind_the_load_is_named_until_it_is_loaded_again() -> None:
    later = NOON + timedelta(hours=30)
    found = [generation(1, "lost"), generation(3, pinned_at=later)]
    assert problem_of(run(NOON), "Person", chain_of(found), found) == "a gap"
    assert problem_of(run(later), "Person", chain_of(found), found) == ""


def test_a_child_is_not_applied_before_its_parent_was_read_and_applied_to_its_end() -> None:
    parent, child = shard(1, position=9, captured=3), shard(2, parent=1)
    assert eligible(copy(parent, child)) == [parent]
    assert eligible(copy(parent, child, applied={1: 9})) == [parent]  # it may still speak
    closed = dataclasses.replace(parent, state="closed")
    assert eligible(copy(closed, child, applied={1: 8})) == [closed]
    assert eligible(copy(closed, child, applied={1: 9})) == [child]


def test_a_closed_shard_without_changes_holds_nothing_up() -> None:
    child = shard(2, parent=1)
    assert eligible(copy(shard(1, state="closed"), child)) == [child]


def test_a_closed_shard_without_changes_does_not_hide_what_stands_before_it() -> None:
    """It rolled over twice between two writes: the grandchild holds the newer image of a key."""
    before = shard(1, position=9, captured=2, state="closed")
    empty, after = shard(2, parent=1, state="closed"), shard(3, parent=2, position=20, captured=1)
    assert eligible(copy(before, empty, after)) == [before]
    assert eligible(copy(before, empty, after, applied={1: 9})) == [after]


def test_a_later_stream_waits_for_the_one_before() -> None:
    before = shard(1, position=9, captured=1, state="closed")
    after = shard(2, generation=2)
    assert eligible(copy(before, after)) == [before]
    assert eligible(copy(before, after, applied={1: 9})) == [after]


def test_a_shard_whose_parent_is_not_known_is_a_root() -> None:
    one = shard(2, parent=1)
    assert eligible(copy(one)) == [one]


def test_a_silent_shard_lags_by_its_last_answer_and_a_speaking_one_by_its_last_change() -> None:
    now = NOON + timedelta(seconds=60)
    answered = NOON + timedelta(seconds=59)
    silent = shard(1, read_at=answered, silent_since=NOON, at=NOON - timedelta(days=3))
    speaking = shard(2, read_at=answered, at=NOON + timedelta(seconds=20))
    assert capture_lag_seconds([silent], now) == 1
    assert capture_lag_seconds([silent, speaking], now) == 40
    assert capture_lag_seconds([dataclasses.replace(speaking, state="closed")], now) == 0


def test_the_horizon_is_a_day_away_from_what_was_read() -> None:
    assert hours_to_horizon(0) == 24
    assert hours_to_horizon(13 * 3600) == 11
    assert hours_to_horizon(30 * 3600) == 0
