"""Whether an item is typed JSON at all: looked at once, so that nothing behind it has to ask."""

from __future__ import annotations

from typing import Any

from migrate.item.refusal import Refusal

_SCALARS: dict[str, type] = {"S": str, "N": str, "B": str, "BOOL": bool}
_SETS = frozenset({"SS", "NS", "BS"})


def check(item: Any) -> None:
    """Raise Refusal('unparsable') unless every attribute, at any depth, is one type and value."""
    try:
        _attributes(item)
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise Refusal("unparsable") from None


def _attributes(attributes: Any) -> None:
    for attribute in attributes.values():
        ((kind, value),) = attribute.items()
        if type(value) is not _SCALARS.get(kind):
            _other(kind, value)


def _other(kind: Any, value: Any) -> None:
    if kind == "M":
        _attributes(value)
    elif kind == "L" and type(value) is list:
        for element in value:
            ((inner_kind, inner),) = element.items()
            if type(inner) is not _SCALARS.get(inner_kind):
                _other(inner_kind, inner)
    elif kind in _SETS and type(value) is list:
        if not all(type(member) is str for member in value):
            raise ValueError(kind)
    elif kind != "NULL" or value is not True:
        raise ValueError(kind)
