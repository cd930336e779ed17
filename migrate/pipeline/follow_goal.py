"""When a call of `follow` is done: caught up, drained, or never."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol

from migrate.ledger.streams import Shard
from migrate.pipeline.copies import Copy

Until = Literal["stopped", "caught-up", "drained"] | datetime


class Goal(Protocol):
    """Asked again and again with the copies as they are."""

    def is_reached(self, copies: Sequence[Copy]) -> bool: ...


def goal_of(until: Until, now: datetime, quiet_seconds: float) -> Goal:
    """`caught-up`: everything that was changed before now; a time: before that time."""
    if until == "stopped":
        return Never()
    if until == "drained":
        return Drained()
    instant = now if until == "caught-up" else until
    assert isinstance(instant, datetime)
    return CaughtUp(instant, timedelta(seconds=quiet_seconds))


class Never:
    def is_reached(self, copies: Sequence[Copy]) -> bool:  # noqa: ARG002
        return False


class Drained:
    def is_reached(self, copies: Sequence[Copy]) -> bool:
        """Every stream was closed by this tool, read to its end, and applied."""
        return all(
            one.is_drained and not any(part.state == "closing" for part in one.chain)
            for one in copies
        )


class CaughtUp:
    """Every change made before `instant` is applied, and capture has read past it.

    Capture has read a shard past it when it found a change made later, or nothing for `quiet`:
    one empty answer does not mean that there is nothing more."""

    def __init__(self, instant: datetime, quiet: timedelta) -> None:
        self._instant = instant
        self._quiet = quiet
        self._marks: dict[int, int] | None = None

    def is_reached(self, copies: Sequence[Copy]) -> bool:
        if self._marks is None and all(self._is_read(one) for one in copies):
            shards = [shard for one in copies for shard in one.shards]
            # Whatever comes now is later; a source that never rests is caught up with too.
            self._marks = {one.shard: one.position for one in shards if one.position is not None}
        return self._marks is not None and all(self._is_applied(one) for one in copies)

    def _is_read(self, copy: Copy) -> bool:
        is_open = copy.chain[-1].state == "open"
        newest = [one for one in copy.shards if one.generation == copy.chain[-1].number]
        if is_open and all(one.state == "closed" for one in newest):
            return False  # the shard that follows is not listed yet
        over = {one.number for one in copy.chain if one.state in ("ended", "mended")}
        return all(one.generation in over or self._is_read_past(one) for one in copy.shards)

    def _is_read_past(self, shard: Shard) -> bool:
        if shard.state == "closed":
            return True
        if shard.read_at <= self._instant or shard.read_at < self._instant + self._quiet:
            return False
        if shard.at is not None and shard.at >= self._instant:
            return True
        silent_since = shard.silent_since
        return (
            silent_since is not None
            and shard.read_at - max(silent_since, self._instant) >= self._quiet
        )

    def _is_applied(self, copy: Copy) -> bool:
        marks = self._marks or {}
        for shard in copy.shards:
            position = copy.of_shard(shard).position
            if shard.shard in marks and (position is None or position < marks[shard.shard]):
                return False
        return True
