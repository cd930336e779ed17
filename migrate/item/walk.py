"""Finds attributes along paths inside an item in typed JSON."""

from __future__ import annotations

import re
from typing import Any

from migrate.item.refusal import Refusal

Attribute = dict[str, Any]

_SPECIAL = re.compile(r"[\\.]")


def path_text(path: tuple[str, ...]) -> str:
    """A path as a mapping writes it; no two paths have the same text."""
    return ".".join([_SPECIAL.sub(r"\\\g<0>", name) for name in path])


def walk(attributes: dict[str, Any], path: tuple[str, ...]) -> Attribute | None:
    """The attribute at `path`; None when it or a map on the way is absent or NULL.

    Raises Refusal('type-mismatch') where the path meets something that is not a map.
    """
    found: Attribute | None = attributes.get(path[0])
    for name in path[1:]:
        if found is None or "NULL" in found:
            return None
        if "M" not in found:
            raise Refusal("type-mismatch", path_text(path))
        found = found["M"].get(name)
    return found


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
