"""Attributes that were kept whole, as the complete path's code asks for them."""

from __future__ import annotations

from typing import Any

from migrate.item.walk import walk
from migrate.mapping.lane.code import Code
from migrate.mapping.lane.reading import Level
from migrate.mapping.path import Path

Attribute = dict[str, Any]


class WholeScope:
    """What `Transform.compile` asks a compiler for (see `migrate.mapping.transforms.base`)."""

    def __init__(self, code: Code, item: Level, own: Level) -> None:
        self.in_child = own is not item
        self._code = code
        self._item = item
        self._own = own

    def constant(self, value: Any) -> str:
        return self._code.constant(value)

    def attribute(self, variable: str, paths: tuple[Path, ...]) -> str:
        level = self._own if variable == "e" else self._item
        found = [whole(self._code, level, path) for path in paths]
        if len(found) == 1:
            return found[0]
        return f"{self._code.constant(_first_of)}({', '.join(found)})"


def whole(code: Code, level: Level, path: Path) -> str:
    """An expression for the attribute at `path` in typed JSON, None where it is absent."""
    reading, rest = level.found(path)
    if not reading.is_whole:
        raise TypeError(f"{path} is not kept whole")
    if not rest:
        return reading.value
    # Under its own name, so that the walk starts where the path meets it.
    name = path[-len(rest) - 1]
    attributes = f"{{{name!r}: {reading.value}}}"
    return f"{code.constant(walk)}({attributes}, {(name, *rest)!r})"


def _first_of(*attributes: Attribute | None) -> Attribute | None:
    """As `migrate.item.walk.first`, where all of them were found."""
    null: Attribute | None = None
    for one in attributes:
        if one is not None and "NULL" not in one:
            return one
        null = one or null
    return null
