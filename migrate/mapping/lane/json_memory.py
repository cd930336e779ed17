"""Texts of JSON columns, remembered by the bytes that they were made of, while these repeat."""

from __future__ import annotations

from typing import Any

import msgspec

from migrate.mapping.column import Column
from migrate.mapping.lane.json_texts import json_writer

# Settings, devices and the like repeat from item to item. With lengths of both forms these are a
# few MB a column at most.
_ENTRIES_MAX = 4_096
_REMEMBERED_BYTES_MAX = 512
# A text that is found costs 1.3 us less than without this, one that is not found as much more
# (docs/decisions/0011-what-was-tried-for-speed.md).
_WINDOW_ITEMS = 5_000
_BACKSLASH = ord("\\")

attribute_of = msgspec.json.Decoder(dict[str, Any]).decode
"""A bare attribute's bytes as typed JSON, of which only the JSON is checked."""


class JsonTexts(dict[bytes, str]):
    """From an attribute as it stands in the item to COPY text, asked once while it is remembered.

    Without a backslash of its own an attribute is plain, whatever stands beside it in the item.
    """

    def __init__(self, column: Column) -> None:
        super().__init__()
        self.misses = 0
        self._plain = json_writer(column, is_careful=False)
        self._careful = json_writer(column, is_careful=True)

    def __missing__(self, raw: bytes) -> str:
        self.misses += 1
        writer = self._careful if _BACKSLASH in raw else self._plain
        found = writer(attribute_of(raw))
        if len(raw) <= _REMEMBERED_BYTES_MAX:
            if len(self) >= _ENTRIES_MAX:
                self.clear()
            self[raw] = found
        return found


class JsonMemory:
    """The texts of all JSON columns of a mapping."""

    def __init__(self) -> None:
        self._by_column: dict[int, JsonTexts] = {}
        self._items = 0

    def texts(self, column: Column) -> JsonTexts:
        """Those of one column of the mapping."""
        return self._by_column.setdefault(id(column), JsonTexts(column))

    def is_wasted(self, items: int) -> bool:
        """Count items; tells once in a while whether too little of theirs was found."""
        self._items += items
        if self._items < _WINDOW_ITEMS:
            return False
        misses = sum(one.misses for one in self._by_column.values())
        wasted = misses * 2 > self._items
        self._items = 0
        for one in self._by_column.values():
            one.misses = 0
        return wasted
