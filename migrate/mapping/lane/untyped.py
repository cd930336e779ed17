"""The code that reads attributes from typed JSON as it stands, where structs cannot say it.

What is taken is taken out of the dictionary, so that the rest of it is what nobody named.
"""

from __future__ import annotations

from typing import Any, Literal

from migrate.item.shape import check
from migrate.mapping.lane.code import Code, DeclinedError
from migrate.mapping.lane.reading import Level, Reading

_TYPES: dict[str, type] = {"S": str, "N": str, "BOOL": bool, "L": list, "M": dict}


class UntypedReader:
    """As `TypedReader`, from dictionaries."""

    def __init__(self, code: Code, unknown: Literal["reject", "leave", "keep"]) -> None:
        self._code = code
        self._leaves_unknown = unknown == "leave"

    def read(self, level: Level, source: str) -> None:
        """From the attributes in the variable `source`; what nobody named is left or declines."""
        self.read_known(level, source)
        if self._leaves_unknown:
            self._code.line(f"if {source}: {self._code.constant(check)}({source})")
        else:
            self._code.line(f"if {source}: raise D")

    def read_known(self, level: Level, source: str) -> None:
        """From the attributes in `source`; what nobody named stays in it."""
        for reading in level.readings():
            self._attribute(reading, f"{source}.pop({reading.name!r}, U)")

    def element(self, level: Level, source: str) -> None:
        """From an element of a list, which must be a map."""
        kind, inner = self._code.variable(), self._code.variable()
        self._code.line(f"(({kind}, {inner}),) = {source}.items()")
        self._code.decline_unless(f"{kind} == 'M' and type({inner}) is dict")
        self.read(level, inner)

    def _attribute(self, reading: Reading, source: str) -> None:
        code, attribute = self._code, self._code.variable()
        code.line(f"{attribute} = {source}")
        with code.inside(f"if {attribute} is U:"):
            if reading.is_strict:
                code.line("raise D")
            else:
                code.line(*reading.nothing())
        with code.inside("else:"):
            self._there(reading, attribute)

    def _there(self, reading: Reading, attribute: str) -> None:
        code = self._code
        if reading.is_whole or (not reading.is_used and reading.inner is None):
            if reading.checks_itself:
                code.line(f"if {attribute} is None: raise D")  # a JSON null, nothing absent
            else:
                code.line(f"{code.constant(check)}({{'': {attribute}}})")
            if reading.is_whole:
                code.line(f"{reading.value} = {attribute}")
            return
        kind, value = code.variable(), code.variable()
        code.line(f"(({kind}, {value}),) = {attribute}.items()")
        with code.inside(f"if {kind} == 'NULL':"):
            if reading.is_strict:
                code.line("raise D")
            code.line(f"if {value} is not True: raise D")
            code.line(*reading.null)
        kinds = {"M"} if reading.inner is not None else reading.kinds
        types = code.constant({one: _TYPES[one] for one in kinds})
        code.line(f"elif type({value}) is not {types}.get({kind}): raise D")
        with code.inside("else:"):
            self._value(reading, kind, value)

    def _value(self, reading: Reading, kind: str, value: str) -> None:
        code = self._code
        if reading.inner is not None:
            self.read(reading.inner, value)
            return
        found = f"{code.constant(_texts)}({value})" if reading.texts else value
        code.line(f"{reading.value} = {found}")
        if reading.has_kinds:
            code.line(f"{reading.kind} = {kind}")


def _texts(elements: list[Any]) -> list[str]:
    """The texts of a list whose elements are all S."""
    found = [element["S"] for element in elements if len(element) == 1]
    if len(found) != len(elements) or not all(type(one) is str for one in found):
        raise DeclinedError
    return found
