"""Our own SQL for checks: exact counts of the rows that fail, and their keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

from migrate.validate.session import Connection, comma, identifier
from migrate.validate.suites.check import Check
from migrate.validate.suites.outcome import RowKey
from migrate.validate.target_table import TargetTable

# A check that fails for every row of a large table would otherwise bring all its keys into
# memory: 100,000 keys are about 30 MB. The count stays exact.
KEYS_MAX = 100_000

Count = int | str | None
"""Rows that fail; a reason when PostgreSQL refuses; None when the check is not about rows."""


def counts(connection: Connection, table: TargetTable, checks: Sequence[Check]) -> list[Count]:
    """How many rows fail each check: one pass over the table for those that need only the row."""
    found: dict[int, Count] = {}
    together = [place for place, check in enumerate(checks) if _fits_one_pass(check)]
    try:
        found.update(zip(together, _one_pass(connection, table, checks, together), strict=True))
    except psycopg.Error as error:
        _raise_if_lost(error)  # one check spoils the statement; which one shows below
    for place, check in enumerate(checks):
        if place not in found:
            found[place] = _count(connection, table, check)
    return [found[place] for place in range(len(checks))]


def _fits_one_pass(check: Check) -> bool:
    return check.form.row_by_row and check.when is None


def _one_pass(
    connection: Connection, table: TargetTable, checks: Sequence[Check], places: Sequence[int]
) -> list[Count]:
    conditions = [checks[place].violated(table) for place in places]
    parts: list[sql.Composable] = [
        sql.SQL("NULL") if condition is None
        else sql.SQL("count(*) FILTER (WHERE {})").format(condition)
        for condition in conditions
    ]  # fmt: skip
    if not parts:
        return []
    query = sql.SQL("SELECT {} FROM {} AS t").format(comma(parts), identifier(table.name))
    row: Any = connection.execute(query).fetchone()
    return list(row)


def _count(connection: Connection, table: TargetTable, check: Check) -> Count:
    condition = check.violated(table)
    if condition is None:
        return None
    query = sql.SQL("SELECT count(*) FROM {} AS t WHERE {}").format(
        identifier(table.name), condition
    )
    try:
        row: Any = connection.execute(query).fetchone()
    except psycopg.Error as error:
        _raise_if_lost(error)
        return _reason(error)
    return int(row[0])


def failing_keys(connection: Connection, table: TargetTable, check: Check) -> tuple[RowKey, ...]:
    """Keys of the rows that fail, as text, in order; at most KEYS_MAX."""
    condition = check.violated(table)
    if condition is None:
        return ()
    query = sql.SQL("SELECT {} FROM {} AS t WHERE {} ORDER BY {} LIMIT {}").format(
        table.keys_as_text(), identifier(table.name), condition, table.key_names("t"),
        sql.Literal(KEYS_MAX),
    )  # fmt: skip
    return tuple(
        dict(zip(table.key_columns, texts, strict=True)) for texts in connection.execute(query)
    )


def query_of(table: TargetTable, check: Check) -> str | None:
    """The same rows as a statement in text, keys only; None: the check is not about rows."""
    condition = check.violated(table)
    if condition is None:
        return None
    query = sql.SQL("SELECT {} FROM {} AS t WHERE {}").format(
        table.key_names("t"), identifier(table.name), condition
    )
    return query.as_string(None)


def _raise_if_lost(error: psycopg.Error) -> None:
    """A lost connection is nothing that a check did."""
    code = error.sqlstate
    if code is None or code[:2] in {"08", "53", "57"}:
        raise error


def _reason(error: psycopg.Error) -> str:
    """Why PostgreSQL refuses a check, without the values that its messages may quote."""
    code = error.sqlstate or "?"
    # Class 42 is about the statement's own names and types; others may quote what a row holds.
    if code.startswith("42"):
        return f"{error.diag.message_primary} ({code})"
    return f"PostgreSQL cannot evaluate it for every row ({code})"
