"""The code that reads attributes from the structs of `migrate.mapping.lane.shapes`."""

from __future__ import annotations

from migrate.item.shape import check
from migrate.mapping.lane.code import Code
from migrate.mapping.lane.reading import Level, Reading
from migrate.mapping.lane.shapes import field_name


class TypedReader:
    """Sets the variables of a level's readings; whatever is not ordinary raises."""

    def __init__(self, code: Code) -> None:
        self._code = code

    def read(self, level: Level, source: str) -> None:
        """From the struct that the variable `source` holds."""
        for reading in level.readings():
            if reading.is_whole or reading.is_used or reading.inner is not None:
                self._attribute(reading, f"{source}.{field_name(reading)}")

    def element(self, level: Level, source: str) -> None:
        """From an element of a list, which is a map."""
        inner = self._code.variable()
        self._code.line(f"{inner} = {source}.M")
        self.read(level, inner)

    def _attribute(self, reading: Reading, source: str) -> None:
        code = self._code
        if reading.is_strict and not reading.is_whole and not reading.has_kinds:
            (kind,) = reading.kinds
            code.line(f"{reading.value} = {source}.{kind}")
            self._texts(reading)
            return
        attribute = code.variable()
        code.line(f"{attribute} = {source}")
        if reading.is_strict:
            self._there(reading, attribute)
            return
        with code.inside(f"if {attribute} is U:"):
            code.line(*reading.nothing())
        with code.inside("else:"):
            self._there(reading, attribute)

    def _there(self, reading: Reading, attribute: str) -> None:
        code = self._code
        if reading.is_whole:
            if not reading.checks_itself:
                is_null = f"len({attribute}) == 1 and {attribute}.get('NULL') is True"
                code.line(f"if not ({is_null}): {code.constant(check)}({{'': {attribute}}})")
            code.line(f"{reading.value} = {attribute}")
        elif reading.has_kinds:
            self._one_of(reading, attribute)
        else:
            self._one(reading, attribute)

    def _one(self, reading: Reading, attribute: str) -> None:
        """One type, or NULL."""
        code, value = self._code, reading.value
        kind = "M" if reading.inner is not None else next(iter(reading.kinds))
        if reading.inner is not None:
            value = code.variable()
        code.line(f"{value} = {attribute}.{kind}")
        with code.inside(f"if {value} is U:"):
            code.line(f"if {attribute}.NULL is not True: raise D")
            code.line(*reading.null)
        code.line(f"elif {attribute}.NULL is not U: raise D")
        if reading.inner is not None:
            with code.inside("else:"):
                self.read(reading.inner, value)
        elif reading.texts:
            with code.inside("else:"):
                self._texts(reading)

    def _one_of(self, reading: Reading, attribute: str) -> None:
        """Exactly one of several types, or NULL."""
        code, kinds = self._code, sorted(reading.kinds)
        fields = kinds if reading.is_strict else [*kinds, "NULL"]
        left = code.variable()
        code.line(f"{left} = {len(fields)}")
        for kind in fields:
            found = code.variable()
            code.line(f"{found} = {attribute}.{kind}")
            with code.inside(f"if {found} is not U:"):
                code.line(f"{left} -= 1")
                if kind == "NULL":
                    code.line(f"if {found} is not True: raise D")
                    code.line(*reading.null)
                else:
                    code.line(f"{reading.value} = {found}; {reading.kind} = {kind!r}")
        code.decline_unless(f"{left} == {len(fields) - 1}")

    def _texts(self, reading: Reading) -> None:
        if reading.texts:
            self._code.line(f"{reading.value} = [one.S for one in {reading.value}]")
