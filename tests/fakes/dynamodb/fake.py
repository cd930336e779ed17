"""The account: tables and streams under one lock, and what a test does to them."""

from __future__ import annotations

import copy
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.fakes.dynamodb.clock import FakeClock
from tests.fakes.dynamodb.errors import not_found
from tests.fakes.dynamodb.faults import Faults
from tests.fakes.dynamodb.knobs import Knobs
from tests.fakes.dynamodb.shard import Shard
from tests.fakes.dynamodb.stream import Identity, Stream
from tests.fakes.dynamodb.table import Table
from tests.fakes.dynamodb.values import Item, canonical_item

REGION = "ap-northeast-1"
ACCOUNT = "123456789012"
_CALLS_KEPT = 100_000


@dataclass(frozen=True, slots=True)
class Call:
    """One request that arrived, also when a fault answered it."""

    operation: str
    request: dict[str, Any]
    at: datetime


class FakeDynamoDB:
    """One account in one region; see the package's description. All randomness is of `seed`."""

    def __init__(self, clock: FakeClock, seed: int = 0) -> None:
        self.clock = clock
        self.seed = seed
        self.knobs = Knobs()
        self.faults = Faults()
        self.before_operation: Callable[[str, dict[str, Any]], None] | None = None
        """Called with (operation, request) before each request is looked at, outside the lock:
        it may change items, shards and knobs, advance the clock, or raise ApiError."""
        self.calls: deque[Call] = deque(maxlen=_CALLS_KEPT)
        self.defects: list[BaseException] = []
        """What broke inside the fake or the hook; `serving` raises the first at its end."""
        self.lock = threading.RLock()
        self.tables: dict[str, Table] = {}
        self.streams: dict[str, Stream] = {}
        """By ARN; also disabled ones and those of deleted tables, while they are readable."""
        self._tables_made = 0

    # Items: what an application does

    def put(self, table: str, item: Item) -> None:
        with self.lock:
            self.write_item(self.table(table), canonical_item(item))

    def delete(self, table: str, key: Item) -> None:
        """`key` may be a whole item."""
        self._remove(table, key, by_ttl=False)

    def expire(self, table: str, key: Item) -> None:
        """DynamoDB removes the item because its time to live is over."""
        self._remove(table, key, by_ttl=True)

    def _remove(self, table_name: str, key: Item, *, by_ttl: bool) -> None:
        with self.lock:
            table = self.table(table_name)
            only_key = table.schema.key_of(canonical_item(key))
            position = table.schema.position(only_key)
            table.write(only_key, position, None, self.clock.now(), by_ttl=by_ttl)

    def items(self, table: str) -> list[Item]:
        """The truth, in the order of a scan; copies."""
        with self.lock:
            return [copy.deepcopy(item) for _, item in self.table(table).items()]

    # Shards and streams: what DynamoDB does

    def split(self, table: str, shard_id: str | None = None) -> list[str]:
        """Split an open shard (default: the one with most hashes); the ids of its children."""
        with self.lock:
            stream = self._enabled(table)
            return stream.split(self._open_shard(stream, shard_id), self.clock.now())

    def roll(self, table: str, shard_id: str | None = None) -> list[str]:
        """Close an open shard (default: each) with one child; the ids of the children."""
        with self.lock:
            stream = self._enabled(table)
            wanted = [self._open_shard(stream, shard_id)] if shard_id else stream.open_shards()
            now = self.clock.now()
            return [child for shard in wanted for child in stream.roll(shard, now)]

    def trim(self) -> int:
        """Forget all that is 24 hours old, also with `knobs.trims_late`; the number of records."""
        with self.lock:
            return self._trim()

    def empty_pages(self, table: str, count: int, shard_id: str | None = None) -> None:
        """The next `count` GetRecords of a shard (default: of each) hold no records."""
        with self.lock:
            for shard in self._stream(table).shards.values():
                if shard_id in (None, shard.shard_id):
                    shard.empty_pages = count

    def shards(self, table: str) -> list[Shard]:
        """The true shards of the table's newest stream, whatever listings say; do not change."""
        with self.lock:
            self.tidy()
            return sorted(self._stream(table).shards.values(), key=lambda shard: shard.shard_id)

    def recreate_stream(self, table: str) -> str:
        """What somebody else does with the console: off and on again; the new ARN."""
        with self.lock:
            view_type = self._stream(table).identity.view_type
            if self.table(table).stream is not None:
                self.disable_stream(self.table(table))
            return self.enable_stream(self.table(table), view_type).arn

    # For the operations; the caller holds the lock

    def table(self, name: str) -> Table:
        if name not in self.tables:
            raise not_found(f"Requested resource not found: Table: {name} not found")
        return self.tables[name]

    def create_table(self, definition: dict[str, Any]) -> Table:
        random = Random(f"{self.seed}/table/{self._tables_made}")
        self._tables_made += 1
        digits = f"{random.getrandbits(128):032x}"
        table_id = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
        table = Table(definition, table_id, REGION, ACCOUNT, self.clock.now())
        self.tables[table.name] = table
        return table

    def enable_stream(self, table: Table, view_type: str) -> Stream:
        label = self._new_label(table)
        random = Random(f"{self.seed}/{table.table_id}/stream/{table.streams_made}")
        table.streams_made += 1
        arn, keys = f"{table.arn}/stream/{label}", table.definition["KeySchema"]
        identity = Identity(arn, table.name, keys, view_type, self.clock.now())
        stream = Stream(identity, random, self.knobs)
        self.streams[stream.arn] = table.stream = table.latest_stream = stream
        return stream

    def disable_stream(self, table: Table) -> None:
        assert table.stream is not None
        table.stream.disable(self.clock.now())
        table.stream = None

    def write_item(self, table: Table, item: Item) -> Item | None:
        """Put a whole item in canonical form; the old one. Raises ApiError."""
        key = table.schema.key_of(item)
        return table.write(key, table.schema.position(key), item, self.clock.now())

    def tidy(self) -> None:
        """Time has passed: what is over is gone, unless trimming comes late."""
        if not self.knobs.trims_late:
            self._trim()

    def _trim(self) -> int:
        now = self.clock.now()
        for arn in [arn for arn, stream in self.streams.items() if stream.is_gone(now)]:
            del self.streams[arn]
        return sum(stream.trim(now) for stream in self.streams.values())

    def _new_label(self, table: Table) -> str:
        """The time in ISO form; later than any other label of this name, if need be by inches."""
        at = self.clock.now()
        while True:
            label = at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}"
            if f"{table.arn}/stream/{label}" not in self.streams:
                return label
            at += timedelta(milliseconds=1)

    def _stream(self, table: str) -> Stream:
        stream = self.table(table).latest_stream
        assert stream is not None, f"table {table} never had a stream"
        return stream

    def _enabled(self, table: str) -> Stream:
        stream = self.table(table).stream
        assert stream is not None, f"table {table} has no stream now"
        return stream

    def _open_shard(self, stream: Stream, shard_id: str | None) -> Shard:
        shards = stream.open_shards()
        if shard_id is None:
            return max(shards, key=lambda shard: shard.hash_high - shard.hash_low)
        [shard] = [shard for shard in shards if shard.shard_id == shard_id]
        return shard
