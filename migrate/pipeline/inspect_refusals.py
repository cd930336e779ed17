"""Which rules a table's items break: the one that rejects the item in a load, and all others.

A load stops at the first broken rule of an item. Somebody who mends a mapping wants to know them
all, so a refused item is asked again, column by column, by the same compiled rules.
"""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from migrate.item.decode import decoded
from migrate.item.refusal import Refusal
from migrate.mapping.child_rows import ChildList
from migrate.mapping.compile import TOMBSTONE, MappedItem, RowFunction, generate
from migrate.mapping.filter import holds
from migrate.mapping.key import item_key_text
from migrate.mapping.lane import FastLane
from migrate.mapping.spec import Mapping, Table
from migrate.mapping.unknown import unknown_of_items

KEYS_MAX = 3
_UNKNOWN, _UNPARSABLE = "unknown-attribute", "unparsable"
# Unknown names beyond this are counted together: a map keyed by data would never end.
_UNKNOWN_NAMES_MAX = 200

Outcome = Literal["loaded", "tombstones", "filtered", "rejected"]


class Place(NamedTuple):
    """A rule and where it was broken. `unit`: whole items, or elements rejected by themselves."""

    rule: str
    table: str
    column: str
    attribute: str
    unit: Literal["items", "elements"] = "items"


@dataclass(slots=True)
class Broken:
    """`count` items (elements) break the rule there; a load rejects `rejects` of them for it."""

    count: int = 0
    rejects: int = 0
    keys: list[str] = field(default_factory=list)
    """The least keys, so that the choice does not depend on the order of the items."""

    def add(self, key: str, *, rejects: bool) -> None:
        self.count += 1
        self.rejects += rejects
        self._keep(key)

    def merge(self, other: Broken) -> None:
        self.count += other.count
        self.rejects += other.rejects
        for key in other.keys:
            self._keep(key)

    def _keep(self, key: str) -> None:
        if key not in self.keys:
            bisect.insort(self.keys, key)
            del self.keys[KEYS_MAX:]


@dataclass(slots=True)
class Refusals:
    """What was refused so far. Of a table with too many unknown names, all are counted as `*`;
    the count is then of attributes."""

    places: dict[Place, Broken] = field(default_factory=dict)
    _unknown: dict[Place, set[str]] = field(default_factory=dict)
    """Place of `*` -> the names seen, while they are few."""

    def add(self, place: Place, key: str, *, rejects: bool) -> None:
        self.places.setdefault(self._counted_as(place), Broken()).add(key, rejects=rejects)

    def merge(self, other: Refusals) -> None:
        for place, broken in other.places.items():
            self.places.setdefault(self._counted_as(place), Broken()).merge(broken)

    def _counted_as(self, place: Place) -> Place:
        if place.rule != _UNKNOWN:
            return place
        whole = place._replace(attribute="*")
        names = self._unknown.setdefault(whole, set())
        if whole in self.places:
            return whole
        names.add(place.attribute)
        if place.attribute != "*" and len(names) <= _UNKNOWN_NAMES_MAX:
            return place
        folded = Broken()
        for name in names:
            folded.merge(self.places.pop(place._replace(attribute=name), Broken()))
        self.places[whole] = folded
        names.clear()
        return whole


class Examiner:
    """Maps items as a load does, and says everything that stands in the way of each."""

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self._lane = FastLane(mapping)
        self._function = RowFunction(mapping)
        self._unknown = unknown_of_items(mapping)
        self._tables = [
            (holds(table.when), _columns(table)) for table in [mapping.root, *mapping.further]
        ]
        self._children = []
        for child in mapping.children:
            each = child.model_copy(update={"bad_element": "element"})
            self._children.append(ChildList(each, generate(each), mapping.unknown))

    def examine(self, raws: Sequence[bytes], refusals: Refusals) -> Counter[Outcome]:
        """Map undecoded items; what is refused goes into `refusals`."""
        mapped = self._lane.map_items(raws)
        outcomes: Counter[Outcome] = Counter(
            {"loaded": mapped.loaded, "tombstones": mapped.tombstones, "filtered": mapped.filtered}
        )
        outcomes.update([self._examine_one(decoded(raws[n]), refusals) for n in mapped.left])
        return +outcomes

    def _examine_one(self, item: Any, refusals: Refusals) -> Outcome:
        """Map what the fast lane left: all that is refused, and what is unusual."""
        if not isinstance(item, dict):
            refusals.add(Place(_UNPARSABLE, "", "", ""), "{}", rejects=True)
            return "rejected"
        try:
            mapped = self._function(item)
        except Refusal as refusal:
            self._explain(item, refusal, refusals)
            return "rejected"
        if not isinstance(mapped, MappedItem):
            return "tombstones" if mapped is TOMBSTONE else "filtered"
        for bad in mapped.bad:
            for one in bad:
                key = item_key_text(self.mapping, item)
                refusals.add(_place(one.refusal, "elements"), key, rejects=True)
        return "loaded"

    def _explain(self, item: dict[str, Any], first: Refusal, refusals: Refusals) -> None:
        key = item_key_text(self.mapping, item)
        found = {_place(first)}
        if first.table or first.rule == _UNKNOWN:  # else its tombstone mark cannot be read
            found.update(_place(one) for one in self._all(item))
        for place in found:
            refusals.add(place, key, rejects=place == _place(first))

    def _all(self, item: dict[str, Any]) -> Iterator[Refusal]:
        if self.mapping.unknown == "reject":
            for name in self._unknown(item):
                yield Refusal(_UNKNOWN, name)
        for condition, columns in self._tables:
            if condition is None or condition(item):
                yield from _refused(columns, item)
        for child, rows in zip(self.mapping.children, self._children, strict=True):
            try:
                bad = rows.rows(item).bad
            except Refusal as refusal:
                yield refusal
                continue
            # Elements that are rejects of their own do not reject the item.
            if child.bad_element == "item":
                yield from (one.refusal for one in bad)


def _columns(table: Table) -> list[Any]:
    """The row functions of each column alone."""
    return [
        generate(table.model_copy(update={"columns": {name: column}}))
        for name, column in table.columns.items()
    ]


def _refused(columns: list[Any], item: dict[str, Any]) -> Iterator[Refusal]:
    for row in columns:
        try:
            row(item, None, None, 0, {})
        except Refusal as refusal:
            yield refusal


def _place(refusal: Refusal, unit: Literal["items", "elements"] = "items") -> Place:
    return Place(refusal.rule, refusal.table, refusal.column, refusal.attribute, unit)
