"""One stream of a table: its shards, how they split and close, and what is forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from random import Random
from typing import Any

from tests.fakes.dynamodb.keys import HASHES
from tests.fakes.dynamodb.knobs import Knobs
from tests.fakes.dynamodb.record import Change, record_of
from tests.fakes.dynamodb.sequence import SequenceNumbers, SmallNumbers
from tests.fakes.dynamodb.shard import RETENTION, Shard


@dataclass(frozen=True)
class Identity:
    """What never changes about a stream; another view type or a new start is another stream."""

    arn: str
    table_name: str
    key_schema: list[dict[str, Any]]
    view_type: str
    created_at: datetime

    @property
    def label(self) -> str:
        return self.arn.partition("/stream/")[2]

    @property
    def region(self) -> str:
        return self.arn.split(":")[3]


class Stream:
    """Open until it is disabled; then readable for 24 hours."""

    def __init__(self, identity: Identity, random: Random, knobs: Knobs) -> None:
        self.identity = identity
        self.disabled_at: datetime | None = None
        self.shards: dict[str, Shard] = {}
        self._random = random
        self._knobs = knobs
        count, now = knobs.initial_shards, identity.created_at
        borders = [HASHES * number // count for number in range(count + 1)]
        self._open: list[Shard] = []
        for low, high in pairwise(borders):
            self._add(now, low, high, None)

    @property
    def arn(self) -> str:
        return self.identity.arn

    @property
    def is_enabled(self) -> bool:
        return self.disabled_at is None

    def open_shards(self) -> list[Shard]:
        return sorted(self._open, key=lambda shard: shard.shard_id)

    def append(self, change: Change) -> None:
        [shard] = [shard for shard in self._open if shard.holds(change.position.hashed)]
        event_id = f"{self._random.getrandbits(128):032x}"
        sequence, told = shard.numbers.next(), self.identity
        record = record_of(change, sequence, told.view_type, told.region, event_id)
        shard.records.append(record)

    def split(self, shard: Shard, now: datetime) -> list[str]:
        """Close it; two children share its hashes. One that has a single hash rolls over."""
        middle = (shard.hash_low + shard.hash_high) // 2
        if middle == shard.hash_low:
            return self.roll(shard, now)
        self._close(shard, now)
        return [
            self._add(now, shard.hash_low, middle, shard),
            self._add(now, middle, shard.hash_high, shard),
        ]

    def roll(self, shard: Shard, now: datetime) -> list[str]:
        """Close it; its one child goes on, as DynamoDB does every few hours."""
        self._close(shard, now)
        return [self._add(now, shard.hash_low, shard.hash_high, shard)]

    def disable(self, now: datetime) -> None:
        self.disabled_at = now
        for shard in list(self._open):
            self._close(shard, now)

    def trim(self, now: datetime) -> int:
        """Forget records and closed shards whose time is over; how many records that were."""
        gone = sum(shard.trim(now) for shard in self.shards.values())
        early = self._knobs.vanishes_with_last_record
        for shard_id, shard in list(self.shards.items()):
            if shard.is_gone(now, with_last_record=early):
                del self.shards[shard_id]
        return gone

    def is_gone(self, now: datetime) -> bool:
        return self.disabled_at is not None and self.disabled_at <= now - RETENTION

    def _close(self, shard: Shard, now: datetime) -> None:
        self._open.remove(shard)
        shard.close(now, ending_beyond_last=self._knobs.ending_beyond_last)
        shard.open_calls = self._knobs.open_parent_calls

    def _add(self, now: datetime, low: int, high: int, parent: Shard | None) -> str:
        milliseconds = int(now.timestamp() * 1000)
        # Of shards made at the same moment a child may be listed before its parent.
        shard_id = f"shardId-{milliseconds:020d}-{self._random.getrandbits(32):08x}"
        kind = SmallNumbers if self._knobs.small_numbers else SequenceNumbers
        numbers = kind(self._random, parent.numbers.last if parent else None)
        shard = Shard(shard_id, parent.shard_id if parent else None, low, high, numbers)
        if parent is not None:
            shard.unlisted_calls = self._knobs.unlisted_calls
        self.shards[shard_id] = shard
        self._open.append(shard)
        return shard_id
