"""What lies in the attributes of a table's items: mergeable, in bounded memory, in any order.

Pages are taken apart by attribute first, so that most of the work is done by built-in functions
over whole lists of values. A profile is a function of the items alone: their order, and how they
were divided among pages, segments and processes, do not change it. Every element of every list,
and every name of every map, counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from migrate.item.profile_lengths import Lengths
from migrate.item.profile_number import NumberProfile
from migrate.item.profile_text import TextProfile

# A map with more names than this is keyed by data (ids, dates, people), not by a schema: its
# entries are then counted together. Items themselves may have more.
NAMES_MAX = 100
ITEM_NAMES_MAX = 2000

ELEMENTS, ANY_NAME = "[]", "*"
MALFORMED = "malformed"

_HELD_AS: dict[str, type] = {
    "S": str, "N": str, "B": str, "BOOL": bool, "NULL": bool,
    "L": list, "M": dict, "SS": list, "NS": list, "BS": list,
}  # fmt: skip
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

    def add(self, attributes: list[Any]) -> None:
        """Attributes in typed JSON."""
        for kind, values in _by_type(attributes).items():
            self.types[kind] += len(values)
            self._take(kind, values)

    def _take(self, kind: str, values: list[Any]) -> None:
        if kind == "S":
            self.text = self.text or TextProfile()
            self.text.add(values)
        elif kind == "N":
            self.number = self.number or NumberProfile()
            self.number.add(values)
        elif kind == "BOOL":
            self.true += values.count(True)
        elif kind == "B":
            self._size("B").add(len(value.rstrip("=")) * 3 // 4 for value in values)
        elif kind in _HELD_AS and kind != "NULL":
            self._size(kind).add(map(len, values))
            self._enter(kind, values)

    def _enter(self, kind: str, values: list[Any]) -> None:
        if kind == "M":
            self.names = self.names or NameProfiles(NAMES_MAX)
            self.names.add(values)
            return
        elements = [element for value in values for element in value]
        if kind in _ELEMENT_OF:
            elements = [{_ELEMENT_OF[kind]: element} for element in elements]
        if elements:
            self.elements = self.elements or AttributeProfile()
            self.elements.add(elements)

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

    def add(self, maps: list[dict[str, Any]]) -> None:
        self.holders += len(maps)
        if self.any_name is not None:
            self.any_name.add([attribute for one in maps for attribute in one.values()])
            return
        found: dict[str, list[Any]] = {}
        for one in maps:
            for name, attribute in one.items():
                if name in found:
                    found[name].append(attribute)
                else:
                    found[name] = [attribute]
        for name, attributes in found.items():
            self._profile(name).add(attributes)
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

    def add(self, items: list[dict[str, Any]]) -> None:
        self.attributes.add(items)

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


def _by_type(attributes: list[Any]) -> dict[str, list[Any]]:
    """The values by DynamoDB type; what is no attribute at all is `malformed`."""
    if not attributes:
        return {}
    try:
        # Mostly all are of one type. As many entries as attributes, and each has this one.
        kind = next(iter(attributes[0]))
        values = [attribute[kind] for attribute in attributes]
        if sum(map(len, attributes)) == len(values) and _held_right(kind, values):
            return {kind: values}
    except (KeyError, TypeError, StopIteration):
        pass
    return dict(_one_by_one(attributes))


def _one_by_one(attributes: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    found: dict[str, list[Any]] = {}
    for attribute in attributes:
        kind, value = MALFORMED, attribute
        if isinstance(attribute, dict) and len(attribute) == 1:
            name, inner = next(iter(attribute.items()))
            if _held_right(name, [inner]):
                kind, value = name, inner
        found.setdefault(kind, []).append(value)
    yield from found.items()


def _held_right(kind: str, values: list[Any]) -> bool:
    return kind in _HELD_AS and set(map(type, values)) == {_HELD_AS[kind]}
