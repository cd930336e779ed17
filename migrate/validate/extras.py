"""The way back: rows of the target that no item makes, and keys that several items make."""

from __future__ import annotations

from typing import Any

from psycopg import sql

from migrate.validate.outcome import Difference, Tally
from migrate.validate.scratch import Scratch
from migrate.validate.session import Connection, identifier
from migrate.validate.target_table import TargetTable


def find_extras(connection: Connection, scratch: Scratch, table: TargetTable, tally: Tally) -> None:
    """Add the rows of ours whose key was not staged, and staged keys that stand twice."""
    connection.execute(sql.SQL("ANALYZE {}").format(scratch.keys_of(table.name)))
    _not_staged(connection, scratch, table, tally)
    _staged_twice(connection, scratch, table, tally)


def _not_staged(connection: Connection, scratch: Scratch, table: TargetTable, tally: Tally) -> None:
    # The mapping's own condition names columns of the table without its alias, so the staged
    # columns (k0, k1, ...) stay inside a subquery of their own.
    source = sql.SQL(
        "FROM {} AS t WHERE {} AND NOT EXISTS (SELECT FROM {} AS staged WHERE {})"
    ).format(identifier(table.name), table.ours(), scratch.keys_of(table.name), _same_key(table))
    total = _number(connection, sql.SQL("SELECT count(*) ") + source)
    tally.table(table.name).compared += total
    tally.table(table.name).extra += total
    if total == 0:
        return
    query = sql.SQL("SELECT {} ").format(table.keys_as_text()) + source
    query += sql.SQL(" ORDER BY {} LIMIT {}").format(
        table.key_names("t"), sql.Literal(tally.differences_max)
    )
    canonical = table.key_canonical()
    for row in connection.execute(query).fetchall():
        key = dict(zip(table.key_columns, canonical(row), strict=True))
        tally.keep(Difference(table.name, "extra", key, note="no item makes this row"))


def _same_key(table: TargetTable) -> sql.Composed:
    return sql.SQL(" AND ").join(
        sql.SQL("{} = {}").format(sql.Identifier("staged", f"k{place}"), sql.Identifier("t", name))
        for place, name in enumerate(table.key_columns)
    )


def _staged_twice(
    connection: Connection, scratch: Scratch, table: TargetTable, tally: Tally
) -> None:
    """Items that make one row together: all but one of them are lost."""
    names = [sql.Identifier(f"k{place}") for place in range(len(table.key_columns))]
    columns = sql.SQL(", ").join(names)
    texts = sql.SQL(", ").join(sql.SQL("{}::text").format(name) for name in names)
    query = sql.SQL("SELECT count(*), {} FROM {} GROUP BY {} HAVING count(*) > 1").format(
        texts, scratch.keys_of(table.name), columns
    )
    canonical = table.key_canonical()
    for times, *texts_of_key in connection.execute(query):
        key = dict(zip(table.key_columns, canonical(tuple(texts_of_key)), strict=True))
        note = "several items make this row, and no key-clash was rejected"
        tally.add(Difference(table.name, "missing", key, note=note), rows=times - 1)


def _number(connection: Connection, query: sql.Composed) -> int:
    row: Any = connection.execute(query).fetchone()
    return int(row[0])
