"""The code of a table's row: one expression a column, then the COPY line."""

from __future__ import annotations

from migrate.mapping import constant
from migrate.mapping.column import Column
from migrate.mapping.convert import converter
from migrate.mapping.lane.code import Code
from migrate.mapping.lane.derived import derived_text
from migrate.mapping.lane.empties import Empties
from migrate.mapping.lane.json_texts import json_writer
from migrate.mapping.lane.ordinary import ordinary_kinds
from migrate.mapping.lane.reading import Level, Reading
from migrate.mapping.lane.values import value_text
from migrate.mapping.lane.whole import WholeScope
from migrate.mapping.spec import Table
from migrate.mapping.transforms import DerivedId, FixedValue, FromAttribute, FromParent, Position

Made = dict[tuple[str, ...], str]

# Keys of a column that say nothing of how it reads a value, or are told beside.
_NOT_OF_THE_TEXT = {
    "transform", "key", "required", "references", "unique", "data_class", "orphans",
}  # fmt: skip
_SURE_INTEGERS = {"integer", "bigint"}
# No list of an item of 400 KB is longer; beyond it the range would have to be looked at.
_POSITION_MOST = 2**30


def _is_surely_in_range(column: Column, transform: Position) -> bool:
    return column.type.name in _SURE_INTEGERS and abs(transform.first) < _POSITION_MOST


class RowCode:
    """Writes rows, one after the other and none of them in a block that another is not in.

    `element` is None outside child lists. `made`: texts that were made already, by what they are.
    """

    def __init__(
        self, code: Code, item: Level, element: Level | None, made: Made | None = None
    ) -> None:
        self.code = code
        self.made: Made = dict(made or {})
        self._item = item
        self._own = item if element is None else element

    def line(self, table: Table) -> tuple[str, str]:
        """Write the columns. Returns the line as an expression, and the key as one."""
        names = {name: self._named(self._column(one)) for name, one in table.columns.items()}
        joined = "\\t".join(f"{{{one}}}" for one in names.values())
        key = "".join(f"{names[name]}, " for name in table.key_columns)
        return f"f'{joined}\\n'", f"({key})"

    def _named(self, expression: str) -> str:
        if expression.isidentifier():
            return expression
        name = self.code.variable()
        self.code.line(f"{name} = {expression}")
        return name

    def _column(self, column: Column) -> str:
        transform = column.transform
        if isinstance(transform, FixedValue):
            return self.code.constant(converter(column)(constant.attribute(transform.value)))
        if isinstance(transform, FromAttribute | FromParent):
            level = self._item if isinstance(transform, FromParent) else self._own
            readings = [level.found(path)[0] for path in transform.paths]
            if not any(reading.is_whole for reading in readings):
                return self._from(column, readings)
            if readings[0].checks_itself:
                return self._json(column, readings[0].value)
        if isinstance(transform, DerivedId):
            return derived_text(self.code, column, transform, self._item, self._own)
        if isinstance(transform, Position) and _is_surely_in_range(column, transform):
            return f"str(p + {transform.first})"
        convert = self.code.constant(converter(column))
        return (
            f"{convert}({column.transform.compile(WholeScope(self.code, self._item, self._own))})"
        )

    def _json(self, column: Column, value: str) -> str:
        code = self.code
        if code.memory is None:
            return f"{code.constant(json_writer(column, is_careful=code.is_careful))}({value})"
        texts, result = code.constant(code.memory.texts(column)), code.variable()
        with code.inside(f"if {value} is None:"):
            self._constant(result, Empties.of(column).absent)
        code.line(f"else: {result} = {texts}[bytes({value})]")
        return result

    def _from(self, column: Column, readings: list[Reading]) -> str:
        """The variable of the column's text, made once for all columns that read alike."""
        reads = column.model_dump(exclude=_NOT_OF_THE_TEXT)
        what = repr((reads, column.is_required, Empties.of(column)))
        sign = (*(reading.value for reading in readings), what)
        if sign not in self.made:
            self.made[sign] = self._read(column, readings)
        return self.made[sign]

    def _read(self, column: Column, readings: list[Reading]) -> str:
        code, reading = self.code, readings[0]
        empties = Empties.of(column)
        value, kind = reading.value, reading.kind
        result = code.variable()
        if len(readings) > 1:
            value, kind = self._first(readings, empties)
        elif reading.is_strict:
            self._valued(column, reading, value, kind, result, empties)
            return result
        with code.inside(f"if {value} is None:"):
            self._constant(result, empties.absent)
        if empties.null != empties.absent or any(one.tells_null for one in readings):
            with code.inside(f"elif {value} is Z:"):
                self._constant(result, empties.null)
        with code.inside("else:"):
            self._valued(column, reading, value, kind, result, empties)
        return result

    def _first(self, readings: list[Reading], empties: Empties) -> tuple[str, str]:
        """The first value that is there and not NULL; else NULL if any was NULL."""
        code, value, kind = self.code, self.code.variable(), self.code.variable()
        head = "if"
        for reading in readings:
            is_there = f"{reading.value} is not None"
            is_there += f" and {reading.value} is not Z" if reading.tells_null else ""
            with code.inside(f"{head} {is_there}:"):
                code.line(f"{value} = {reading.value}")
                if reading.has_kinds:
                    code.line(f"{kind} = {reading.kind}")
            head = "elif"
        if empties.null != empties.absent:
            nulls = " or ".join(f"{reading.value} is Z" for reading in readings)
            code.line(f"elif {nulls}: {value} = Z")
        code.line(f"else: {value} = None")
        return value, kind

    def _constant(self, result: str, copy_text: str | None) -> None:
        self.code.line("raise D" if copy_text is None else f"{result} = {copy_text!r}")

    def _valued(
        self, column: Column, reading: Reading, value: str, kind: str, result: str, empties: Empties
    ) -> None:
        """`result` from a value that is there."""
        code = self.code
        if not reading.has_kinds:
            self._one_kind(column, next(iter(reading.kinds)), value, result, empties)
            return
        head = "if"
        for one in sorted(reading.kinds):
            with code.inside(f"{head} {kind} == {one!r}:"):
                self._one_kind(column, one, value, result, empties)
            head = "elif"
        code.line("else: raise D")

    def _one_kind(
        self, column: Column, kind: str, value: str, result: str, empties: Empties
    ) -> None:
        code = self.code
        if kind not in ordinary_kinds(column):
            code.line("raise D")
            return
        if kind == "S" and empties.empty_counts:
            with code.inside(f"if {value} == '':"):
                self._constant(result, empties.empty)
            with code.inside("else:"):
                code.line(f"{result} = {value_text(code, column, kind, value)}")
            return
        code.line(f"{result} = {value_text(code, column, kind, value)}")
