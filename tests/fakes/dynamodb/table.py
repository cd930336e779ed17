"""One table: its items in their order, and the stream that hears of each change."""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tests.fakes.dynamodb.errors import invalid
from tests.fakes.dynamodb.keys import KeySchema, Position
from tests.fakes.dynamodb.record import Change
from tests.fakes.dynamodb.stream import Stream
from tests.fakes.dynamodb.values import Item, item_bytes

_ITEM_BYTES_MAX = 400 * 1024


class Table:
    """`definition` is the CreateTable request that made it."""

    def __init__(
        self, definition: dict[str, Any], table_id: str, region: str, account: str, now: datetime
    ) -> None:
        self.name: str = definition["TableName"]
        self.definition = definition
        self.schema = KeySchema.of(definition)
        self.table_id = table_id
        self.arn = f"arn:aws:dynamodb:{region}:{account}:table/{self.name}"
        self.created_at = now
        self.stream: Stream | None = None
        """The stream that is enabled now."""
        self.latest_stream: Stream | None = None
        """The newest one, also when it is disabled."""
        self.streams_made = 0
        self.ttl_attribute: str | None = None
        self.recovery_since: datetime | None = None
        """When point-in-time recovery was switched on; None: it is off."""
        self.updating_describes = 0
        self.size_bytes = 0
        self._items: dict[Position, Item] = {}
        self._sizes: dict[Position, int] = {}
        self._before: dict[Position, Item | None] = {}
        self._order: list[Position] = []

    def get(self, position: Position) -> Item | None:
        return self._items.get(position)

    def bytes_of(self, position: Position) -> int:
        """An item's size; 0 where there is none."""
        return self._sizes.get(position, 0)

    def stale(self, position: Position) -> Item | None:
        """The item before its last change, as an eventually consistent read may still see it."""
        return self._before.get(position)

    def write(
        self,
        key: Item,
        position: Position,
        new: Item | None,
        now: datetime,
        *,
        by_ttl: bool = False,
    ) -> Item | None:
        """Replace or delete (None) an item in canonical form. The old one; what changes nothing
        leaves no record. Raises ApiError for an item that is too large."""
        old = self._items.get(position)
        if old == new:
            return old
        old_bytes = self.bytes_of(position)
        new_bytes = 0 if new is None else item_bytes(new)
        if new_bytes > _ITEM_BYTES_MAX:
            raise invalid("Item size has exceeded the maximum allowed size")
        if old is None:
            bisect.insort(self._order, position)
        if new is None:
            del self._items[position], self._sizes[position]
            self._order.pop(bisect.bisect_left(self._order, position))
        else:
            self._items[position] = new
            self._sizes[position] = new_bytes
        self.size_bytes += new_bytes - old_bytes
        self._before[position] = old
        if self.stream is not None:
            size_bytes = old_bytes, new_bytes
            self.stream.append(Change(position, key, old, new, size_bytes, now, by_ttl))
        return old

    def items(self) -> Iterator[tuple[Position, Item]]:
        return ((position, self._items[position]) for position in self._order)

    def positions(self, low: Position | None, hash_low: int, hash_high: int) -> list[Position]:
        """Positions of hashes in [hash_low, hash_high), and behind `low`, in order."""
        first = bisect.bisect_left(self._order, Position(hash_low, "", ""))
        if low is not None:
            first = max(first, bisect.bisect_right(self._order, low))
        end = bisect.bisect_left(self._order, Position(hash_high, "", ""))
        return self._order[first:end]

    def __len__(self) -> int:
        return len(self._items)
