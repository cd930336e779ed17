"""Conditions compiled to functions over an item's attributes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from migrate.item import number
from migrate.item.refusal import Refusal
from migrate.item.walk import walk
from migrate.mapping.condition import Condition
from migrate.mapping.path import parse

Holds = Callable[[dict[str, Any]], bool]


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
    choices = wanted if isinstance(wanted, list) else [wanted]
    return lambda attributes: any(_same(_found(attributes, path), choice) for choice in choices)


def _found(attributes: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any] | None:
    try:
        found = walk(attributes, path)
    except Refusal:  # something on the way is no map: absent, for a condition
        return None
    return None if found is None or "NULL" in found else found


def _same(attribute: dict[str, Any] | None, choice: Any) -> bool:
    if attribute is None:
        return False
    if isinstance(choice, bool):
        return attribute.get("BOOL") is choice
    if isinstance(choice, str):
        return attribute.get("S") == choice
    text = attribute.get("N")
    return number.is_number(text) and number.decimal(text) == Decimal(str(choice))
