"""COPY: lines of text format into one table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

from migrate.target import names
from migrate.target.connection import Connection

# One write per line costs more than the line; one write for all doubles the memory.
_CHUNK_LINES = 500


def copy_lines(
    cursor: psycopg.Cursor[Any], table: str, columns: Sequence[str], lines: Sequence[str]
) -> None:
    """Copy lines (each with its \\n) into `table`. Raises psycopg's errors."""
    copy_encoded(cursor, table, columns, encoded(lines))


def encoded(lines: Sequence[str]) -> list[bytes]:
    """Lines as they are sent."""
    return [line.encode() for line in lines]


def copy_encoded(
    cursor: psycopg.Cursor[Any], table: str, columns: Sequence[str], lines: Sequence[bytes]
) -> None:
    """Copy encoded lines into `table`. Raises psycopg's errors."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        names.table(table), names.columns(list(columns))
    )
    with cursor.copy(statement) as copy:
        for start in range(0, len(lines), _CHUNK_LINES):
            copy.write(b"".join(lines[start : start + _CHUNK_LINES]))


def copy_or_none(
    connection: Connection,
    targets: Sequence[tuple[str, Sequence[str]]],
    lines: Sequence[Sequence[str]],
) -> bool:
    """Copy lines of several tables, given with their columns, all or none of them. False:
    PostgreSQL refuses a row; the transaction goes on."""
    try:
        with connection.transaction(), connection.cursor() as cursor:
            for (table, columns), of_table in zip(targets, lines, strict=True):
                if of_table:
                    copy_lines(cursor, table, columns, of_table)
        return True
    except (psycopg.IntegrityError, psycopg.DataError):
        return False


def upsert_lines(
    cursor: psycopg.Cursor[Any],
    table: str,
    columns: Sequence[str],
    key: Sequence[str],
    lines: Sequence[str],
) -> int:
    """Write lines over the rows that have their keys. Returns how many rows are new.

    Only the mapped columns of a row that is there are changed; nothing is deleted, so that rows
    which refer to it stay valid.
    """
    cursor.execute("DROP TABLE IF EXISTS migrate_incoming")
    cursor.execute(
        sql.SQL(
            "CREATE TEMP TABLE migrate_incoming ON COMMIT DROP AS SELECT {} FROM {} LIMIT 0"
        ).format(names.columns(list(columns)), names.table(table))
    )
    copy_lines(cursor, "migrate_incoming", columns, lines)
    rest = [name for name in columns if name not in key]
    changed = sql.SQL(", ").join(
        sql.SQL("{} = EXCLUDED.{}").format(sql.Identifier(name), sql.Identifier(name))
        for name in rest
    )
    action = sql.SQL("DO UPDATE SET {}").format(changed) if rest else sql.SQL("DO NOTHING")
    cursor.execute(
        sql.SQL(
            "INSERT INTO {} ({}) SELECT {} FROM migrate_incoming ON CONFLICT ({}) {}"
            " RETURNING xmax = 0"  # a row that was only updated carries the updating transaction
        ).format(
            names.table(table),
            names.columns(list(columns)),
            names.columns(list(columns)),
            names.columns(list(key)),
            action,
        )
    )
    return sum(1 for (is_new,) in cursor if is_new)
