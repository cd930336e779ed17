"""The rows of one child list: each element is filtered, a row, or a bad element."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from migrate.item.plain import only_entry
from migrate.item.refusal import Refusal
from migrate.item.walk import walk
from migrate.mapping.filter import holds
from migrate.mapping.path import text
from migrate.mapping.spec import Child
from migrate.mapping.unknown import unknown_of_elements


@dataclass(frozen=True, slots=True)
class ChildCounts:
    """Elements of one item's list: read = rows + filtered + rejected."""

    read: int
    rows: int
    filtered: int
    rejected: int


@dataclass(frozen=True, slots=True)
class BadElement:
    """An element that is a reject of its own. `place` counts from 0."""

    place: int
    element: Any
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class ChildRows:
    """The lines of one item's list, and what became of its other elements."""

    lines: list[str]
    counts: ChildCounts
    bad: list[BadElement]


NOTHING = ChildRows([], ChildCounts(0, 0, 0, 0), [])


class ChildList:
    """The compiled form of one entry of `children`."""

    def __init__(self, child: Child, row: Callable[..., Any], unknown: str) -> None:
        self._child = child
        self._name = text(child.list_path)
        self._row = row
        self._refuses_item = child.bad_element == "item"
        self._takes_scalars = child.takes_scalars
        self._holds = holds(child.where)
        self._unknown = unknown_of_elements(child)
        self._refuses_unknown = unknown != "leave" and not child.takes_whole

    def rows(self, item: dict[str, Any]) -> ChildRows:
        """Raises Refusal for a list that is none, and for a bad element with bad_element: item."""
        elements = self._elements(item)
        if not elements:
            return NOTHING
        made: list[tuple[int, Any, str, tuple[str, ...]]] = []
        bad: list[BadElement] = []
        filtered = 0
        for place, element in enumerate(elements):
            try:
                attributes = self._attributes(element)
                if self._holds is not None and not self._holds(attributes):
                    filtered += 1
                    continue
                line, key = self._one(item, attributes, element, place)
                made.append((place, element, line, key))
            except Refusal as refusal:
                self._located(refusal)
                if self._refuses_item:
                    raise
                bad.append(BadElement(place, element, refusal))
        made = self._without_duplicates(made, bad)
        counts = ChildCounts(len(elements), len(made), filtered, len(bad))
        return ChildRows([entry[2] for entry in made], counts, bad)

    def _elements(self, item: dict[str, Any]) -> list[Any]:
        try:
            found = walk(item, self._child.list_path)
            if found is None or "NULL" in found:
                return []
            if "L" not in found:
                raise Refusal("type-mismatch")
        except Refusal as refusal:
            raise self._located(refusal) from None
        return found["L"]  # type: ignore[no-any-return]

    def _attributes(self, element: Any) -> dict[str, Any]:
        kind, value = only_entry(element)
        if kind == "NULL":
            raise Refusal("null-element")
        if kind == "M":
            return value  # type: ignore[no-any-return]
        if not self._takes_scalars:
            raise Refusal("type-mismatch")
        return {}

    def _one(
        self, item: dict[str, Any], attributes: dict[str, Any], element: Any, place: int
    ) -> tuple[str, tuple[str, ...]]:
        if self._refuses_unknown:
            unknown = self._unknown(attributes)
            if unknown:
                raise Refusal("unknown-attribute", next(iter(unknown)))
        return self._row(item, attributes, element, place, {})  # type: ignore[no-any-return]

    def _without_duplicates(
        self, made: list[tuple[int, Any, str, tuple[str, ...]]], bad: list[BadElement]
    ) -> list[tuple[int, Any, str, tuple[str, ...]]]:
        times: dict[tuple[str, ...], int] = {}
        for entry in made:
            times[entry[3]] = times.get(entry[3], 0) + 1
        if len(times) == len(made):
            return made
        for place, element, _, key in made:
            if times[key] > 1:
                refusal = self._located(Refusal("duplicate-element"))
                if self._refuses_item:
                    raise refusal
                bad.append(BadElement(place, element, refusal))
        bad.sort(key=lambda one: one.place)
        return [entry for entry in made if times[entry[3]] == 1]

    def _located(self, refusal: Refusal) -> Refusal:
        refusal.table = refusal.table or self._child.target
        refusal.attribute = refusal.attribute or self._name
        return refusal
