"""When changes may have been lost, and up to which instant everything is captured for certain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from migrate.ledger.streams import Generation, Shard
from migrate.pipeline.horizon import SURE

SILENCE = timedelta(minutes=5)
"""Answers that were empty for so long prove that nothing was left unread when they began: one
alone does not, because DynamoDB answers empty pages in front of records."""

UNBROKEN = timedelta(seconds=90)
"""Silence is unbroken while answers come at least so often: four of them in those minutes."""


LATE = timedelta(minutes=5)
"""A new shard is listed at most so late."""


def begins_at(parent: Shard, generation: Generation) -> datetime:
    """No change of a shard that is found now was made before this: its parent was read up to here,
    and the last look at all shards did not show it."""
    return max(captured_until(parent), generation.listed_at - LATE)


def captured_until(shard: Shard) -> datetime:
    """Every change of the shard that was made before this is captured."""
    return shard.complete_until or shard.read_at


def is_all_there(shard: Shard, now: datetime) -> bool:
    """Whether DynamoDB must still have everything of the shard that was not captured yet."""
    return now - captured_until(shard) < SURE


def gap_of_missing(shard: Shard, now: datetime, what: str) -> str | None:
    """Why it is a gap that DynamoDB says `what` ("trimmed", "gone"); None: it is none, because
    only what was captured, or what was older than the capture, can be missing.

    A change captured less than 23 hours ago cannot be trimmed: then this is not the stream that
    was read, as after a restart of an emulator, which forgets its records.
    """
    if shard.at is not None and now - shard.at < SURE:
        return (
            f"shard {shard.shard_id} is {what}, although its last captured change is of"
            f" {shown(shard.at)}: the endpoint has forgotten the stream"
        )
    if is_all_there(shard, now):
        return None
    return f"shard {shard.shard_id} is {what}: {_unread(shard)}"


def gap_of_age(shard: Shard, now: datetime) -> str | None:
    """Why reading the oldest record that is left could leave some out; None: it cannot."""
    if is_all_there(shard, now):
        return None
    return f"shard {shard.shard_id} was not read in time: {_unread(shard)}"


def _unread(shard: Shard) -> str:
    return (
        f"its changes since {shown(captured_until(shard))} were not read while DynamoDB had them"
        " for certain"
    )


def unread_since(shards: Sequence[Shard], generation: Generation) -> datetime:
    """Every change of the generation's stream that was made before this is captured, while some of
    its shards are open; of a stream read to its end, that is up to its last change at least."""
    unfinished = [captured_until(one) for one in shards if one.state == "open"]
    if unfinished:
        return min(unfinished)
    return max((captured_until(one) for one in shards), default=generation.covers_from)


def leaves(shards: Iterable[Shard]) -> list[Shard]:
    """Shards that ended and of which no child is known."""
    held = list(shards)
    parents = {one.parent_id for one in held}
    return [one for one in held if one.state == "closed" and one.shard_id not in parents]


def shown(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds").replace("+00:00", "Z")
