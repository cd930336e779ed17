"""The code of a condition over attributes that were read."""

from __future__ import annotations

from typing import Any

from migrate.item.shape import check
from migrate.mapping.condition import Condition
from migrate.mapping.filter import holds
from migrate.mapping.lane.code import Code
from migrate.mapping.lane.json_memory import attribute_of
from migrate.mapping.lane.reading import Level, Reading
from migrate.mapping.lane.wants import condition_kinds
from migrate.mapping.path import parse, text


def condition_code(code: Code, condition: Condition, level: Level) -> str:
    """An expression that tells whether all lines hold."""
    return " and ".join(_line(code, level, name, wanted) for name, wanted in condition.items())


def check_unchecked(code: Code, level: Level) -> None:
    """Look at the shapes that a row would have looked at, where none is made."""
    for reading in level.unchecked():
        value = reading.value
        attribute = f"{code.constant(attribute_of)}({value})" if code.memory else value
        code.line(f"if {value} is not None: {code.constant(check)}({{'': {attribute}}})")


def check_elements(code: Code, level: Level, *, are_typed: bool) -> None:
    """Look at the shapes of elements, where none is read.

    A struct vouches for all of an element but what it keeps whole; such an item is declined.
    """
    for reading in level.lists():
        if not are_typed:
            attributes = f"{{'': {{'L': {reading.value}}}}}"
            code.line(f"if {reading.value} is not None: {code.constant(check)}({attributes})")
        elif reading.elements is not None and reading.elements.keeps_any_whole():
            code.line(f"if {reading.value}: raise D")


def _line(code: Code, level: Level, name: str, wanted: Any) -> str:
    path = parse(name)
    reading, rest = level.found(path)
    if reading.is_whole:
        # The condition sees one attribute, under a name that needs no walk to get there.
        attributes = f"({{'v': {reading.value}}} if {reading.value} is not None else {{}})"
        asked = holds({text(("v", *rest)): wanted})
        return f"{code.constant(asked)}({attributes})"
    if isinstance(wanted, dict):
        return f"not {_equal(code, reading, wanted['not'])}"
    return _equal(code, reading, wanted)


def _equal(code: Code, reading: Reading, wanted: Any) -> str:
    choices = wanted if isinstance(wanted, list) else [wanted]
    (kind,) = condition_kinds(wanted)
    among = f"{reading.value} in {code.constant(frozenset(choices))}"
    if kind not in reading.kinds:
        return "False"
    return f"({reading.kind} == {kind!r} and {among})" if reading.has_kinds else f"({among})"
