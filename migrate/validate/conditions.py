"""Conditions (`source.where`, `when`, a child's `where`) asked of attributes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrate.mapping import constant
from migrate.mapping.condition import Condition
from migrate.mapping.path import Path, parse
from migrate.validate.numbers import canonical_number
from migrate.validate.refused import Attribute, Refused

Attributes = dict[str, Attribute]
Asks = Callable[[Attributes], bool]
_Line = Callable[[Attribute | None], bool]


def condition_of(condition: Condition | None) -> Asks | None:
    """Whether all lines hold; None when there is no condition."""
    if condition is None:
        return None
    lines = [(parse(name), _line(wanted)) for name, wanted in condition.items()]
    return lambda attributes: all(line(_found(attributes, path)) for path, line in lines)


def _found(attributes: Attributes, path: Path) -> Attribute | None:
    for name in path[:-1]:
        inner = (attributes.get(name) or {}).get("M")
        if inner is None:
            return None
        attributes = inner
    return attributes.get(path[-1])


def _line(wanted: Any) -> _Line:
    if isinstance(wanted, dict):
        if "present" in wanted:
            present = wanted["present"]
            return lambda found: (found is not None and "NULL" not in found) is present
        inner = _line(wanted["not"])
        return lambda found: not inner(found)
    alternatives = wanted if isinstance(wanted, list) else [wanted]
    keys = {_comparable(constant.attribute(one)) for one in alternatives}
    return lambda found: found is not None and _comparable(found) in keys - {None}


def _comparable(attribute: Attribute) -> tuple[str, Any] | None:
    """What an attribute is compared by; None equals nothing."""
    ((kind, value),) = attribute.items()
    if kind in ("S", "BOOL"):
        return kind, value
    if kind == "N":
        try:
            return kind, canonical_number(value)
        except Refused:
            return None
    return None
