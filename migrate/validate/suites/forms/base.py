"""The base of every form: its SQL for offending rows, and the expectation that says the same."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

from psycopg import sql
from pydantic import BaseModel, ConfigDict

from migrate.validate.target_table import TargetTable


class Expectation(NamedTuple):
    """A class of great_expectations.expectations, and its arguments."""

    name: str
    arguments: dict[str, Any]


def column_of(name: str) -> sql.Identifier:
    """A column of the checked table."""
    return sql.Identifier("t", name)


class Form(BaseModel, ABC):
    """What a check looks for."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the checked table that the form names."""
        return ()

    @property
    def row_by_row(self) -> bool:
        """Whether `violated` looks at nothing but the row itself."""
        return True

    @abstractmethod
    def violated(self, _table: TargetTable, _rows: sql.Composable) -> sql.Composable | None:
        """SQL condition over t for offending rows among `_rows`. None: it is not about rows."""

    def expectation(self, _table: TargetTable) -> Expectation | None:
        """The expectation that says the same; None: there is none."""
        return None

    def misfit(self, _table: TargetTable) -> str | None:
        """Why the form does not fit the types of its columns, ` // ` and a hint."""
        return None
