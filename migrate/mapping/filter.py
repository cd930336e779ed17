"""Conditions compiled to functions over an item's attributes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from migrate.item import number
from migrate.item.refusal import Refusal
from migrate.item.walk import walk
from migrate.mapping import constant
from migrate.mapping.condition import Condition
from migrate.mapping.path import parse

Attribute = dict[str, Any]
Holds = Callable[[dict[str, Any]], bool]
Same = Callable[[Attribute | None], bool]


def holds(condition: Condition | None) -> Holds | None:
    """The function that tells whether all lines hold, or None when there is no condition."""
    if condition is None:
        return None
    lines = [_line(parse(name), wanted) for name, wanted in condition.items()]
    return lambda attributes: all(line(attributes) for line in lines)


def _line(path: tuple[str, ...], wanted: Any) -> Holds:
    if isinstance(wanted, dict) and "present" in wanted:
        expected = wanted["present"]
        return lambda attributes: (_found(attributes, path) is not None) == expected
    if isinstance(wanted, dict):
        equal = _equal(path, wanted["not"])
        return lambda attributes: not equal(attributes)
    return _equal(path, wanted)


def _equal(path: tuple[str, ...], wanted: Any) -> Holds:
    choices = [_same(choice) for choice in (wanted if isinstance(wanted, list) else [wanted])]

    def equal(attributes: dict[str, Any]) -> bool:
        found = _found(attributes, path)
        return any(same(found) for same in choices)

    return equal


def _found(attributes: dict[str, Any], path: tuple[str, ...]) -> Attribute | None:
    try:
        found = walk(attributes, path)
    except Refusal:  # something on the way is no map: absent, for a condition
        return None
    return None if found is None or "NULL" in found else found


def _same(choice: Any) -> Same:
    wanted = constant.attribute(choice)
    if "N" not in wanted:
        return lambda attribute: attribute == wanted
    value = number.decimal(wanted["N"])
    return lambda attribute: attribute is not None and _value(attribute.get("N")) == value


def _value(text: str | None) -> Decimal | None:
    try:
        return None if text is None else number.decimal(text)
    except Refusal:  # no number, or one that nothing can be equal to
        return None
