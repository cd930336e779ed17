"""Maps pages of raw items: what is ordinary goes fast, the rest is named for the complete path."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import orjson

from migrate.errors import MigrateError
from migrate.item.decode import decoded
from migrate.item.refusal import Refusal
from migrate.mapping.lane.code import DeclinedError
from migrate.mapping.lane.item_code import TOMBSTONE, ItemCode, Lists, item_code
from migrate.mapping.lane.json_memory import JsonMemory
from migrate.mapping.lane.shapes import item_type
from migrate.mapping.lane.wants import Wants
from migrate.mapping.spec import Mapping

# All that an item can make go wrong, a named function's own failure included: the complete path
# meets it again, and says what it means.
_DECLINES = (
    DeclinedError, Refusal, ValueError, TypeError, AttributeError, LookupError, RecursionError,
    ArithmeticError, MigrateError, msgspec.MsgspecError,
)  # fmt: skip


# A struct that declines more than one item in so many is looked into, by so many of them.
_OFTEN = 8
_LOOKED_AT = 50
_LESSONS_MAX = 5
_TEXTS = frozenset({"S", "N", "B"})

# `int` reads 4,300 digits, and no item that is shorter holds more.
_DIGITS_SURELY_READ = 4_000

_BACKSLASH = ord("\\")  # looking for a number in bytes takes a sixth of looking for bytes


@dataclass(slots=True)
class Mapped:
    """What became of a page. `lines[k]` are COPY lines, with their \\n, of `mapping.tables[k]`;
    `lists` sums [read, rows, filtered, rejected] by list path; `left` are indices of items that
    the complete path must map."""

    lines: list[list[str]]
    loaded: int = 0
    tombstones: int = 0
    filtered: int = 0
    lists: Lists = field(default_factory=dict)
    left: list[int] = field(default_factory=list)


class FastLane:
    """The compiled mapping for ordinary items. Call `map_items` with undecoded items."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._tables = len(mapping.tables)
        self._any_type: set[str] = set()
        self._lessons_left = _LESSONS_MAX
        self._memory: JsonMemory | None = JsonMemory()
        wants = Wants(mapping)
        self._untyped = _Gate(mapping, wants, "untyped", dict[str, dict[str, Any]])
        # Structs are faster; what they cannot say is then read from dictionaries.
        self._typed = self._typed_gate(wants)

    def _typed_gate(self, wants: Wants) -> _Gate | None:
        memory = self._memory
        shape = item_type(wants.item, leaves_json=memory is not None)
        return None if shape is None else _Gate(self._mapping, wants, "typed", shape, memory)

    def map_items(self, raws: Sequence[bytes]) -> Mapped:
        """Map what is ordinary; lines of items that went the same way stand in their order."""
        mapped = Mapped([[] for _ in range(self._tables)])
        places: Sequence[int] = range(len(raws))
        if self._typed is not None:
            places = self._typed.map_items(raws, places, mapped)
            if self._lessons_left and len(places) * _OFTEN > len(raws):
                self._learn([raws[place] for place in places[:_LOOKED_AT]])
            if self._memory is not None and self._memory.is_wasted(len(raws)):
                self._memory = None
                self._typed = self._typed_gate(Wants(self._mapping, sorted(self._any_type)))
        mapped.left = self._untyped.map_items(raws, places, mapped)
        ended = mapped.tombstones + mapped.filtered + len(mapped.left)
        mapped.loaded = len(raws) - ended
        return mapped

    def _learn(self, declined: Sequence[bytes]) -> None:
        """What nobody reads is taken to be a text or a number. Where it often is not, its shape is
        checked from now on, which costs more than the struct's own check, and less than reading
        the item twice."""
        self._lessons_left -= 1
        level = Wants(self._mapping).item
        unread = {one.name for one in level.readings() if not (one.is_used or one.inner)}
        odd = {name for raw in declined for name in _no_texts(raw) if name in unread}
        if not odd <= self._any_type:
            self._any_type |= odd
            self._typed = self._typed_gate(Wants(self._mapping, sorted(self._any_type)))


def _no_texts(raw: bytes) -> list[str]:
    """Attributes that are there, and are no text or number."""
    item = decoded(raw)
    if not isinstance(item, dict):
        return []
    return [
        name
        for name, attribute in item.items()
        if isinstance(attribute, dict) and not _TEXTS.issuperset(attribute)
    ]


class _Gate:
    """One decoder, and the code for what it lets through: with and without escapes."""

    def __init__(
        self,
        mapping: Mapping,
        wants: Wants,
        source: Any,
        shape: Any,
        memory: JsonMemory | None = None,
    ) -> None:
        self._decode: Callable[[bytes], Any] = msgspec.json.Decoder(shape).decode
        self._plain: ItemCode = item_code(mapping, wants, source, is_careful=False, memory=memory)
        self._careful: ItemCode = item_code(mapping, wants, source, is_careful=True, memory=memory)
        self._passes_over = memory is not None and bool(wants.all_unchecked())

    def map_items(self, raws: Sequence[bytes], places: Sequence[int], mapped: Mapped) -> list[int]:
        """Map the items at `places`; returns the places of those that are declined."""
        decode, plain, careful = self._decode, self._plain, self._careful
        lines, lists, passes_over = mapped.lines, mapped.lists, self._passes_over
        declined: list[int] = []
        for place in places:
            raw = raws[place]
            try:
                code = careful if _BACKSLASH in raw else plain
                if passes_over:
                    _check_passed_over(raw)
                outcome = code(decode(raw), lines, lists)
            except _DECLINES:
                declined.append(place)
                continue
            if outcome == TOMBSTONE:
                mapped.tombstones += 1
            elif outcome:
                mapped.filtered += 1
        return declined


def _check_passed_over(raw: bytes) -> None:
    """Raise for JSON that the complete path could not read, though a struct passes over it.

    A struct looks at the grammar of bytes that it leaves as they are, and no further; of an
    attribute that stands twice, nobody ever sees the first ones. They may be no UTF-8, or hold a
    number of so many digits that no parser of Python's takes it.
    """
    if len(raw) > _DIGITS_SURELY_READ:
        orjson.loads(raw)
    elif not raw.isascii():
        raw.decode()
