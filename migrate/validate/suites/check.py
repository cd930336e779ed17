"""A check: what must hold for the rows of one table, and how to say so in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from psycopg import sql

from migrate.validate.suites.forms import Expectation, Form
from migrate.validate.target_table import TargetTable

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Check:
    """One check. `when` is SQL over the alias t: which rows it is asked of; None: all of ours."""

    id: str
    table: str
    form: Form
    says: dict[str, str]
    """The rule in words, by language: ja and en."""
    severity: Severity = "error"
    when: str | None = None

    @property
    def column(self) -> str:
        """The columns it is about; empty where it is about whole rows."""
        return ", ".join(self.form.columns)

    def rows(self, table: TargetTable) -> sql.Composable:
        """SQL condition over t: the rows that the check is asked of."""
        if self.when is None:
            return table.ours()
        # SQL of the rule's author, whose parentheses and quotes were checked to close.
        return sql.SQL("{} AND ({})").format(table.ours(), sql.SQL(self.when))

    def violated(self, table: TargetTable) -> sql.Composable | None:
        """SQL condition over t: the rows that fail. None: the form is not about rows."""
        rows = self.rows(table)
        condition = self.form.violated(table, rows)
        return None if condition is None else sql.SQL("{} AND ({})").format(rows, condition)

    def expectation(self, table: TargetTable) -> Expectation | None:
        """The expectation that fits; None: the rows that fail are found by `violated`."""
        return None if self.when is not None else self.form.expectation(table)


@dataclass(frozen=True)
class Suite:
    """Checks that are counted and reported together."""

    name: str
    checks: tuple[Check, ...]
