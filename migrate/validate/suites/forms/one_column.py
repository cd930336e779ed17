"""Forms about one column."""

from __future__ import annotations

from typing import Any

from psycopg import sql
from pydantic import Field, model_validator

from migrate.validate.session import comma
from migrate.validate.suites.forms.base import Expectation, Form, column_of
from migrate.validate.suites.type_names import NUMBERS, TEXTS, TIMES, is_moment, reflected
from migrate.validate.target_table import TargetTable


class ColumnForm(Form):
    """A form about one column."""

    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,)


class NotNull(ColumnForm):
    """`not_null: COLUMN`: it holds a value."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"column": value} if isinstance(value, str) else value

    def violated(self, _table: TargetTable, _rows: sql.Composable) -> sql.Composable:
        return sql.SQL("{} IS NULL").format(column_of(self.column))

    def expectation(self, _table: TargetTable) -> Expectation:
        return Expectation("ExpectColumnValuesToNotBeNull", {"column": self.column})


class InSet(ColumnForm):
    """`in: {column, values}`: it is one of these texts or numbers."""

    values: list[str | int | float] = Field(min_length=1)

    def violated(self, _table: TargetTable, _rows: sql.Composable) -> sql.Composable:
        listed = comma([sql.Literal(value) for value in self.values])
        return sql.SQL("{} NOT IN ({})").format(column_of(self.column), listed)

    def expectation(self, _table: TargetTable) -> Expectation:
        arguments = {"column": self.column, "value_set": list(self.values)}
        return Expectation("ExpectColumnValuesToBeInSet", arguments)

    def misfit(self, table: TargetTable) -> str | None:
        column_type = table.types[self.column]
        wanted = TEXTS if all(isinstance(value, str) for value in self.values) else NUMBERS
        if not column_type.is_array and column_type.name in wanted:
            return None
        return f"these values are not of type {column_type} // all texts, or all numbers"


class Between(ColumnForm):
    """`between: {column, min, max}`: bounds included; either may be left out."""

    least: int | float | str | None = Field(default=None, alias="min")
    greatest: int | float | str | None = Field(default=None, alias="max")

    @model_validator(mode="after")
    def _bounded(self) -> Between:
        if self.least is None and self.greatest is None:
            raise ValueError("between needs min or max")
        return self

    @property
    def _bounds(self) -> list[int | float | str]:
        return [bound for bound in (self.least, self.greatest) if bound is not None]

    def violated(self, _table: TargetTable, _rows: sql.Composable) -> sql.Composable:
        parts = [
            sql.SQL(f"{{}} {sign} {{}}").format(column_of(self.column), sql.Literal(bound))
            for sign, bound in (("<", self.least), (">", self.greatest))
            if bound is not None
        ]
        return sql.SQL(" OR ").join(parts)

    def expectation(self, table: TargetTable) -> Expectation | None:
        if table.types[self.column].name not in NUMBERS:
            return None  # it would compare a time with text
        arguments = {"column": self.column, "min_value": self.least, "max_value": self.greatest}
        return Expectation("ExpectColumnValuesToBeBetween", arguments)

    def misfit(self, table: TargetTable) -> str | None:
        column_type = table.types[self.column]
        if not column_type.is_array:
            if column_type.name in NUMBERS and not any(isinstance(b, str) for b in self._bounds):
                return None
            if column_type.name in TIMES and all(map(is_moment, self._bounds)):
                return None
        return f"between does not fit type {column_type} // numbers, or dates and times as text"


class Matches(ColumnForm):
    """`matches: {column, pattern}`: a regular expression of PostgreSQL finds something in it."""

    pattern: str = Field(min_length=1)

    def violated(self, _table: TargetTable, _rows: sql.Composable) -> sql.Composable:
        return sql.SQL("{} !~ {}").format(column_of(self.column), sql.Literal(self.pattern))

    def expectation(self, _table: TargetTable) -> Expectation:
        arguments = {"column": self.column, "regex": self.pattern}
        return Expectation("ExpectColumnValuesToMatchRegex", arguments)

    def misfit(self, table: TargetTable) -> str | None:
        column_type = table.types[self.column]
        fits = column_type.name in TEXTS and not column_type.is_array
        return None if fits else f"matches does not fit type {column_type} // it fits text"


class MaxLength(ColumnForm):
    """At most so many characters; generated from varchar(n)."""

    characters: int

    def violated(self, _table: TargetTable, _rows: sql.Composable) -> sql.Composable:
        return sql.SQL("char_length({}) > {}").format(
            column_of(self.column), sql.Literal(self.characters)
        )

    def expectation(self, _table: TargetTable) -> Expectation:
        arguments = {"column": self.column, "max_value": self.characters}
        return Expectation("ExpectColumnValueLengthsToBeBetween", arguments)


class OfType(ColumnForm):
    """The catalogue says the type of the mapping; generated. It is not about rows."""

    def violated(self, _table: TargetTable, _rows: sql.Composable) -> None:
        return None

    def expectation(self, table: TargetTable) -> Expectation:
        arguments = {"column": self.column, "type_": reflected(table.types[self.column])}
        return Expectation("ExpectColumnValuesToBeOfType", arguments)
