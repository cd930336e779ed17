"""The fast lane beside the complete path, over several spellings of the same items."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from migrate.item.decode import decoded
from migrate.item.refusal import Refusal
from migrate.mapping.compile import TOMBSTONE, MappedItem, RowFunction
from migrate.mapping.lane import FastLane, Mapped
from migrate.mapping.path import text
from migrate.mapping.spec import Mapping


def spellings(item: Any) -> Iterator[bytes]:
    """JSON texts of one item: with and without spaces, escapes and its order of keys."""
    compact = json.dumps(item, ensure_ascii=False, separators=(",", ":"))
    if not any("\ud800" <= one <= "\udfff" for one in compact):
        yield compact.encode()
        yield orjson.dumps(item, option=orjson.OPT_INDENT_2)
    yield json.dumps(item).encode()
    yield f" {json.dumps(_reversed(item))} ".encode()


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _reversed(value[name]) for name in reversed(value)}
    return [_reversed(one) for one in value] if isinstance(value, list) else value


class BothLanes:
    """One mapping's complete path and fast lane."""

    def __init__(self, mapping: Mapping) -> None:
        self.function = RowFunction(mapping)
        self.lane = FastLane(mapping)

    def agree(self, raws: Iterable[bytes]) -> Mapped:
        """The lane declines each item, or makes of it what the complete path makes.

        Raises AssertionError. Returns what the lane made of all of them together.
        """
        raws = list(raws)
        for raw in raws:
            found = self.lane.map_items([raw])
            assert found.left in ([], [0])
            assert found == self._expected([] if found.left else [raw], found.left)
        together = self.lane.map_items(raws)
        taken = [raw for place, raw in enumerate(raws) if place not in set(together.left)]
        assert _ordered(together) == _ordered(self._expected(taken, together.left))
        return together

    def _expected(self, raws: list[bytes], left: list[int]) -> Mapped:
        mapping = self.function.mapping
        mapped = Mapped([[] for _ in mapping.tables], left=left)
        for raw in raws:
            self._add(mapped, raw)
        return mapped

    def _add(self, mapped: Mapped, raw: bytes) -> None:
        try:
            found = self.function(decoded(raw))
        except Refusal as refusal:
            raise AssertionError(f"the lane took what is a reject: {refusal}") from None
        if not isinstance(found, MappedItem):
            mapped.tombstones += found is TOMBSTONE
            mapped.filtered += found is not TOMBSTONE
            return
        mapped.loaded += 1
        for lines, more in zip(mapped.lines, found.lines, strict=True):
            lines += more
        for child, counts in zip(self.function.mapping.children, found.counts, strict=True):
            before = mapped.lists.get(text(child.list_path), (0, 0, 0, 0))
            added = (counts.read, counts.rows, counts.filtered, counts.rejected)
            sums = tuple(one + more for one, more in zip(before, added, strict=True))
            mapped.lists[text(child.list_path)] = sums  # type: ignore[assignment]


def _ordered(mapped: Mapped) -> Any:
    """Items that took another way through the lane may come later; each table's lines count."""
    lines = [sorted(table) for table in mapped.lines]
    return lines, mapped.loaded, mapped.tombstones, mapped.filtered, mapped.lists
