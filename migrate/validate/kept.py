"""Whether the right one of several duplicates stayed in the target, or none where none may."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from psycopg import sql

from migrate.mapping.column_type import ColumnType
from migrate.validate.evidence import read_key
from migrate.validate.outcome import Difference, Tally
from migrate.validate.scratch import Scratch
from migrate.validate.session import Connection, identifier
from migrate.validate.target_rows import array_parameter
from migrate.validate.target_table import TargetTable

_BATCH_ROWS = 1000
_WRONG_ONE = "rejected as duplicate, but comes before the row that was kept"
_NONE_MAY_STAY = "its unique value stands in items that were rejected as duplicates"


def check_kept(
    connection: Connection, scratch: Scratch, tables: dict[str, TargetTable], tally: Tally
) -> None:
    """Add a difference where a row of ours stayed that should have been rejected."""
    for target, column, kept_by in _places(connection, scratch):
        table = tables[target]
        for batch in _batches(connection, scratch, (target, column, kept_by)):
            if kept_by:
                _check_order(connection, table, column, kept_by, batch, tally)
            else:
                _check_none(connection, table, column, batch, tally)


def _places(connection: Connection, scratch: Scratch) -> list[Any]:
    query = sql.SQL(
        "SELECT DISTINCT target, unique_column, kept_by FROM {} WHERE rule = 'duplicate'"
        " AND unique_column <> '' AND kept_by IS NOT NULL ORDER BY 1, 2, 3"
    )
    return connection.execute(query.format(scratch.evidence)).fetchall()


def _batches(
    connection: Connection, scratch: Scratch, place: tuple[str, str, str]
) -> Iterator[list[Any]]:
    """Rows of evidence at one place: number, value, deciding value, key."""
    query = sql.SQL(
        "SELECT place, value, kept_value, key FROM {} WHERE rule = 'duplicate' AND target = %s"
        " AND unique_column = %s AND kept_by = %s AND place > %s ORDER BY place LIMIT %s"
    ).format(scratch.evidence)
    last = 0
    while batch := connection.execute(query, (*place, last, _BATCH_ROWS)).fetchall():
        yield batch
        last = batch[-1][0]


def _check_order(
    connection: Connection,
    table: TargetTable,
    column: str,
    kept_by: str,
    batch: list[Any],
    tally: Tally,
) -> None:
    """`keep-first-by`: no rejected row has a lesser value, or the same and a lesser key."""
    rows = [row for row in batch if row[2] is not None]
    keys = [read_key(row[3]) for row in rows]
    names = [f"k{place}" for place in range(len(table.key_columns))]
    types = [table.types[name] for name in (column, kept_by, *table.key_columns)]
    query = sql.SQL(
        "SELECT DISTINCT claimed.place FROM unnest(%s::bigint[], {arrays})"
        " AS claimed(place, value, kept, {names}) JOIN (SELECT * FROM {table} AS t WHERE {ours}) AS"
        " t ON {unique} = claimed.value WHERE {claimed} < {actual}"
    ).format(
        arrays=sql.SQL(", ").join(array_parameter(column_type) for column_type in types),
        names=sql.SQL(", ").join(map(sql.Identifier, names)),
        table=identifier(table.name),
        ours=table.ours(with_parameters=True),
        unique=sql.Identifier("t", column),
        claimed=_ordered("claimed", ["kept", *names], types[1:]),
        actual=_ordered("t", [kept_by, *table.key_columns], types[1:]),
    )
    columns = [list(texts) for texts in zip(*keys, strict=True)] if rows else [[] for _ in names]
    parameters = [[row[place] for row in rows] for place in range(3)] + columns
    wrong = {row[0] for row in connection.execute(query, parameters)}
    for row, key in zip(rows, keys, strict=True):
        if row[0] in wrong:
            shown = dict(zip(table.key_columns, key, strict=True))
            tally.add(Difference(table.name, "missing", shown, note=_WRONG_ONE))


def _ordered(alias: str, names: list[str], types: list[ColumnType]) -> sql.Composed:
    """A row value to compare by; text by code point, whatever the database's collation."""
    parts = [
        sql.SQL('{} COLLATE "C"' if column_type.name in {"text", "varchar"} else "{}").format(
            sql.Identifier(alias, name)
        )
        for name, column_type in zip(names, types, strict=True)
    ]
    return sql.SQL("({})").format(sql.SQL(", ").join(parts))


def _check_none(
    connection: Connection, table: TargetTable, column: str, batch: list[Any], tally: Tally
) -> None:
    """`reject-all`: no row of ours has a value that items were rejected for."""
    values = sorted({row[1] for row in batch})
    query = sql.SQL("SELECT {} FROM {} AS t WHERE {} AND {} = ANY({})").format(
        table.keys_as_text(),
        identifier(table.name),
        table.ours(with_parameters=True),
        sql.Identifier("t", column),
        array_parameter(table.types[column]),
    )
    canonical = table.key_canonical()
    for texts in connection.execute(query, (values,)).fetchall():
        key = dict(zip(table.key_columns, canonical(texts), strict=True))
        tally.add(Difference(table.name, "extra", key, note=_NONE_MAY_STAY))
