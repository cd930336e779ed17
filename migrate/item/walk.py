"""Finds attributes along paths inside an item in typed JSON."""

from __future__ import annotations

from typing import Any

from migrate.item.plain import only_entry
from migrate.item.refusal import Refusal

Attribute = dict[str, Any]


def walk(attributes: dict[str, Any], path: tuple[str, ...]) -> Attribute | None:
    """The attribute at `path`; None when it or a map on the way is absent or NULL.

    Raises Refusal('type-mismatch') where the path meets something that is not a map.
    """
    found: Any = attributes.get(path[0])
    for name in path[1:]:
        if found is None:
            return None
        kind, value = only_entry(found)
        if kind == "NULL":
            return None
        if kind != "M":
            raise Refusal("type-mismatch", ".".join(path))
        found = value.get(name)
    return found  # type: ignore[no-any-return]


def first(attributes: dict[str, Any], paths: tuple[tuple[str, ...], ...]) -> Attribute | None:
    """The first attribute that is there and not NULL; else NULL if any was NULL, else None."""
    null: Attribute | None = None
    for path in paths:
        found = walk(attributes, path)
        if found is None:
            continue
        if "NULL" not in found:
            return found
        null = found
    return null
