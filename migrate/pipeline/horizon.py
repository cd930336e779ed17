"""The horizon clock: how far reading is behind, and when DynamoDB forgets what was not read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from migrate.ledger.streams import Shard

HORIZON = timedelta(hours=24)
"""DynamoDB keeps a change for 24 hours, and may then drop it at any moment."""

SURE = timedelta(hours=23)
"""What was made within this time is certainly still there: an hour for clocks that differ, and
for the time that reading takes."""


def utc_now() -> datetime:
    """The clock, where no other one is given."""
    return datetime.now(UTC)


def capture_lag_seconds(shards: Iterable[Shard], now: datetime) -> float:
    """How old the oldest change may be that was not captured yet; 0 without open shards.

    A silent shard was read up to its last answer; one that speaks, up to its last change, whose
    time DynamoDB cuts to whole seconds.
    """
    behind = [(now - read_up_to(one)).total_seconds() for one in shards if one.state == "open"]
    return max(0.0, *behind) if behind else 0.0


def read_up_to(shard: Shard) -> datetime:
    """Until when a shard's changes are captured, as its last answers tell."""
    if shard.silent_since is not None or shard.at is None:
        return shard.read_at
    return shard.at


def hours_to_horizon(lag_seconds: float) -> float:
    """Hours until the oldest unread change is lost if nothing more is read; 0: perhaps now."""
    return max(0.0, HORIZON.total_seconds() - lag_seconds) / 3600
