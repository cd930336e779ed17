"""The compiled path's rows written into a real PostgreSQL, and read back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import sql

from migrate.mapping.compile import RowFunction
from migrate.mapping.spec import Mapping, Table
from migrate.target import definition, names
from migrate.target.connection import Connection
from migrate.target.copy import copy_lines
from tests.mapping.both_paths import Outcome, Row, canonical_row, mapped, with_lists

Stored = dict[str, list[dict[str, str | None]]]
"""By table: its rows as PostgreSQL prints them."""


def create_tables(connection: Connection, mappings: Sequence[Mapping]) -> None:
    """By the one writer of DDL."""
    for statement in definition.statements(definition.metadata(mappings)):
        connection.execute(statement.encode())


def loaded(connection: Connection, function: RowFunction, item: Any, stored: Stored) -> Outcome:
    """What becomes of an item, its rows added to the tables and to `stored`."""
    answer = mapped(function, item)
    if isinstance(answer, Outcome):
        return answer
    rows: list[Row] = []
    for table, lines in zip(function.mapping.tables, answer.lines, strict=True):
        rows += _copied(connection, table, lines, stored)
    return with_lists(function.mapping, answer, rows)


def _copied(connection: Connection, table: Table, lines: list[str], stored: Stored) -> list[Row]:
    """The new rows in canonical texts."""
    before = len(stored.get(table.target, []))
    with connection.cursor() as cursor:
        copy_lines(cursor, table.target, list(table.columns), lines)
    rows = _fetched(connection, table)
    if rows:
        stored[table.target] = rows
    types = {name: column.type for name, column in table.columns.items()}
    return [
        (table.target, canonical_row(types, [row[name] for name in types])) for row in rows[before:]
    ]


def _fetched(connection: Connection, table: Table) -> list[dict[str, str | None]]:
    """Every row in the order it was written, as PostgreSQL prints it."""
    texts = sql.SQL(", ").join(
        sql.SQL("{}::text").format(sql.Identifier(name)) for name in table.columns
    )
    query = sql.SQL("SELECT {} FROM {} ORDER BY ctid").format(texts, names.table(table.target))
    return [dict(zip(table.columns, row, strict=True)) for row in connection.execute(query)]
