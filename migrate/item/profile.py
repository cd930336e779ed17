"""What lies in the attributes of a table's items: mergeable, in bounded memory, in any order.

Pages are taken apart by attribute first, so that most of the work is done by built-in functions
over whole lists of values. A profile is a function of the items alone: their order, and how they
were divided among pages, segments and processes, do not change it. Every element of every list,
and every name of every map, counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from migrate.item.decode import decoded
from migrate.item.profile_columns import Column, columns_of, columns_of_maps
from migrate.item.profile_lengths import Lengths
from migrate.item.profile_number import NumberProfile
from migrate.item.profile_text import TextProfile
from migrate.item.profile_types import HELD_AS, by_type
from migrate.item.profile_weights import Weights, counted, repeated, summed, total

# A map with more names than this is keyed by data (ids, dates, people), not by a schema: its
# entries are then counted together. Items themselves may have more.
NAMES_MAX = 100
ITEM_NAMES_MAX = 2000

ELEMENTS, ANY_NAME = "[]", "*"
_ELEMENT_OF = {"SS": "S", "NS": "N", "BS": "B"}


@dataclass(slots=True)
class AttributeProfile:
    """One attribute, wherever it is there. `sizes` by type: bytes of B, entries of the others."""

    types: Counter[str] = field(default_factory=Counter)
    true: int = 0
    text: TextProfile | None = None
    number: NumberProfile | None = None
    sizes: dict[str, Lengths] = field(default_factory=dict)
    names: NameProfiles | None = None
    elements: AttributeProfile | None = None

    @property
    def present(self) -> int:
        """How often the attribute is there, NULL included."""
        return sum(self.types.values())

    def add(self, attributes: Sequence[Any], weights: Weights = None) -> None:
        """Attributes in typed JSON, each as often as its weight says."""
        for kind, values, each in by_type(attributes, weights):
            self.types[kind] += total(values, each)
            self._take(kind, values, each)

    def _take(self, kind: str, values: Sequence[Any], weights: Weights) -> None:
        if kind == "S":
            self.text = self.text or TextProfile()
            self.text.add(counted(values, weights))
        elif kind == "N":
            self.number = self.number or NumberProfile()
            self.number.add(counted(values, weights))
        elif kind == "BOOL":
            self.true += summed(values, weights)[True]
        elif kind in HELD_AS and kind != "NULL":
            self._take_other(kind, values, weights)

    def _take_other(self, kind: str, values: Sequence[Any], weights: Weights) -> None:
        if kind == "B":
            sizes = [len(value.rstrip("=")) * 3 // 4 for value in values]
        else:
            sizes = list(map(len, values))
        self._size(kind).add_counts(summed(sizes, weights))
        if kind == "M":
            self.names = self.names or NameProfiles(NAMES_MAX)
            self.names.add(values, weights)
        elif kind != "B":
            self._enter(kind, values, repeated(sizes, weights))

    def _enter(self, kind: str, values: Sequence[Any], weights: Weights) -> None:
        elements = list(chain.from_iterable(values))
        if kind in _ELEMENT_OF:
            elements = [{_ELEMENT_OF[kind]: element} for element in elements]
        if elements:
            self.elements = self.elements or AttributeProfile()
            self.elements.add(elements, weights)

    def _size(self, kind: str) -> Lengths:
        return self.sizes.setdefault(kind, Lengths())

    def merge(self, other: AttributeProfile) -> None:
        """Take `other` in; it must not be used afterwards."""
        self.types.update(other.types)
        self.true += other.true
        for name in ("text", "number", "names", "elements"):
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine is None:
                setattr(self, name, theirs)
            elif theirs is not None:
                mine.merge(theirs)
        for kind, lengths in other.sizes.items():
            self._size(kind).merge(lengths)


@dataclass(slots=True)
class NameProfiles:
    """The attributes of maps, by name; all as one (`any_name`) where there are too many names."""

    names_max: int
    holders: int = 0
    by_name: dict[str, AttributeProfile] = field(default_factory=dict)
    any_name: AttributeProfile | None = None

    def add(self, maps: Sequence[dict[str, Any]], weights: Weights = None) -> None:
        holders = total(maps, weights)
        if self.any_name is not None:
            self.holders += holders
            attributes = [attribute for one in maps for attribute in one.values()]
            self.any_name.add(attributes, repeated(list(map(len, maps)), weights))
            return
        self.add_columns(holders, columns_of_maps(maps, weights))

    def add_columns(self, holders: int, columns: Mapping[str, Column]) -> None:
        """The attributes of so many maps, by name. Not for what is counted as one."""
        self.holders += holders
        for name, column in columns.items():
            self._profile(name).add(column.attributes, column.weights)
        self._fold_if_many()

    def merge(self, other: NameProfiles) -> None:
        self.holders += other.holders
        if other.any_name is not None or self.any_name is not None:
            other.fold()
            self.fold()
            if self.any_name is not None and other.any_name is not None:
                self.any_name.merge(other.any_name)
            return
        for name, profile in other.by_name.items():
            if name in self.by_name:
                self.by_name[name].merge(profile)
            else:
                self.by_name[name] = profile
        self._fold_if_many()

    def _profile(self, name: str) -> AttributeProfile:
        if name not in self.by_name:
            self.by_name[name] = AttributeProfile()
        return self.by_name[name]

    def _fold_if_many(self) -> None:
        if len(self.by_name) > self.names_max:
            self.fold()

    def fold(self) -> None:
        """Count all names together from now on."""
        if self.any_name is None:
            self.any_name = AttributeProfile()
        for profile in self.by_name.values():
            self.any_name.merge(profile)
        self.by_name = {}


@dataclass(slots=True)
class ItemProfile:
    """The attributes of a table's items."""

    attributes: NameProfiles = field(default_factory=lambda: NameProfiles(ITEM_NAMES_MAX))

    @property
    def items(self) -> int:
        return self.attributes.holders

    def add(self, items: Sequence[dict[str, Any]]) -> None:
        self.attributes.add(items)

    def add_raw(self, raws: Sequence[bytes]) -> None:
        """The same of undecoded items. What is no item does not count."""
        columns = columns_of(raws) if self.attributes.any_name is None else None
        if columns is not None:
            self.attributes.add_columns(len(raws), columns)
        else:
            self.add([item for raw in raws if isinstance(item := decoded(raw), dict)])

    def merge(self, other: ItemProfile) -> None:
        """Take `other` in; it must not be used afterwards."""
        self.attributes.merge(other.attributes)

    def at(self, path: tuple[str, ...]) -> AttributeProfile | None:
        """The attribute at a path, `[]` standing for the elements of a list."""
        found: AttributeProfile | None = None
        names: NameProfiles | None = self.attributes
        for name in path:
            if name == ELEMENTS and found is not None:
                found = found.elements
            else:
                found = names.by_name.get(name) if names is not None else None
            if found is None:
                return None
            names = found.names
        return found
