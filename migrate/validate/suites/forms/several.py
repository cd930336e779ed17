"""Forms about several columns of a row, about several rows, and free SQL."""

from __future__ import annotations

from typing import Annotated, Any

from psycopg import sql
from pydantic import BeforeValidator, Field, model_validator

from migrate.mapping.spec import TableName
from migrate.validate.session import comma, identifier
from migrate.validate.suites.forms.base import Expectation, Form, column_of
from migrate.validate.suites.type_names import NUMBERS, TIMES
from migrate.validate.target_table import TargetTable


class Greater(Form):
    """`greater: {column, than, or_equal}`: of two columns of a row, where both hold a value."""

    column: str
    than: str
    or_equal: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column, self.than)

    def violated(self, _table: TargetTable, _rows: sql.Composable) -> sql.Composable:
        sign = "<" if self.or_equal else "<="
        return sql.SQL(f"{{}} {sign} {{}}").format(column_of(self.column), column_of(self.than))

    def expectation(self, _table: TargetTable) -> Expectation:
        arguments = {
            "column_A": self.column,
            "column_B": self.than,
            "or_equal": self.or_equal,
            "ignore_row_if": "either_value_is_missing",
        }
        return Expectation("ExpectColumnPairValuesAToBeGreaterThanB", arguments)

    def misfit(self, table: TargetTable) -> str | None:
        first, second = table.types[self.column], table.types[self.than]
        alike = first.name == second.name or {first.name, second.name} <= NUMBERS
        if alike and not first.is_array and not second.is_array and first.name in NUMBERS | TIMES:
            return None
        return f"greater does not fit types {first} and {second} // two numbers, or two times"


class Unique(Form):
    """`unique: [COLUMN, ...]`: no two rows share these values together."""

    names: list[str] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"names": [value]}
        return {"names": value} if isinstance(value, list) else value

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.names)

    @property
    def row_by_row(self) -> bool:
        return False

    def violated(self, table: TargetTable, rows: sql.Composable) -> sql.Composable:
        names = comma([column_of(name) for name in self.names])
        return sql.SQL(
            "({names}) IN (SELECT {names} FROM {table} AS t WHERE {rows}"
            " GROUP BY {names} HAVING count(*) > 1)"
        ).format(names=names, table=identifier(table.name), rows=rows)

    def expectation(self, _table: TargetTable) -> Expectation:
        if len(self.names) == 1:
            return Expectation("ExpectColumnValuesToBeUnique", {"column": self.names[0]})
        arguments = {"column_list": self.names, "ignore_row_if": "any_value_is_missing"}
        return Expectation("ExpectCompoundColumnsToBeUnique", arguments)


def _is_map_of_columns(value: Any) -> Any:
    if isinstance(value, dict) and value and all(isinstance(v, str) for v in value.values()):
        return value
    raise ValueError("where names columns: {COLUMN THERE: COLUMN HERE}")


class Exists(Form):
    """`exists: {in: TABLE, where: {THERE: HERE}}`: a row there has the values of this row."""

    table: TableName = Field(alias="in")
    where: Annotated[dict[str, str], BeforeValidator(_is_map_of_columns)]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.where.values())

    @property
    def row_by_row(self) -> bool:
        return False

    def violated(self, _table: TargetTable, _rows: sql.Composable) -> sql.Composable:
        held = [sql.SQL("{} IS NOT NULL").format(column_of(here)) for here in self.where.values()]
        same = [
            sql.SQL("{} = {}").format(sql.Identifier("there", there), column_of(here))
            for there, here in self.where.items()
        ]
        both = sql.SQL(" AND ")
        return sql.SQL("{} AND NOT EXISTS (SELECT FROM {} AS there WHERE {})").format(
            both.join(held), identifier(self.table), both.join(same)
        )


class Violates(Form):
    """`violates: SQL`: rows for which this condition over t holds are the offending ones."""

    condition: str

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"condition": value} if isinstance(value, str) else value

    @property
    def row_by_row(self) -> bool:
        return False  # it may hold subqueries

    def violated(self, _table: TargetTable, _rows: sql.Composable) -> sql.Composable:
        return sql.SQL(self.condition)
