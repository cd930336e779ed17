"""Confirms duplicates and key clashes at the end: the same value must occur a second time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from psycopg import sql

from migrate.validate.evidence import read_key
from migrate.validate.outcome import Difference, Tally
from migrate.validate.scratch import Scratch
from migrate.validate.session import Connection
from migrate.validate.target_rows import present_values, rows_by_key
from migrate.validate.target_table import ParentKey, TargetTable

_BATCH_ROWS = 1000

# Which evidence speaks for a rule: equal unique values, or equal keys.
_SPEAKS = (
    "((rule = 'duplicate' AND unique_column <> '') OR (rule = 'key-clash' AND unique_column = ''))"
)
_NOTES = {
    "duplicate": "rejected as duplicate, but no other item has its unique values",
    "key-clash": "rejected as key-clash, but no other item has its key",
}


def confirm(
    connection: Connection, scratch: Scratch, tables: dict[str, TargetTable], tally: Tally
) -> None:
    """Add a `missing` difference for every such reject that nothing confirms."""
    _confirm_by_rejected(connection, scratch)
    _confirm_by_target(connection, scratch, tables)
    for table, rule, key in _unconfirmed(connection, scratch):
        names = tables[table].key_columns
        shown = dict(zip(names, read_key(key), strict=True))
        tally.add(Difference(table, "missing", shown, note=_NOTES[rule]))


def _confirm_by_rejected(connection: Connection, scratch: Scratch) -> None:
    """Another source that is absent for a reject of its own has the same value."""
    connection.execute(sql.SQL("ANALYZE {}").format(scratch.evidence))
    connection.execute(
        sql.SQL(
            "UPDATE {0} AS mine SET confirmed = true WHERE " + _SPEAKS + " AND EXISTS (SELECT"
            " FROM {0} AS other WHERE other.target = mine.target AND other.source <> mine.source"
            " AND other.unique_column = mine.unique_column AND other.value = mine.value)"
        ).format(scratch.evidence)
    )


def _confirm_by_target(
    connection: Connection, scratch: Scratch, tables: dict[str, TargetTable]
) -> None:
    """A row of the target has the same value: the one that stayed, or one that is not ours."""
    for batch in _unconfirmed_batches(connection, scratch):
        by_place: dict[tuple[str, str], dict[str, list[int]]] = {}
        for place, table, column, value in batch:
            by_place.setdefault((table, column), {}).setdefault(value, []).append(place)
        confirmed = [
            place
            for (table, column), values in by_place.items()
            for value in _present(connection, tables[table], column, list(values))
            for place in values.get(value, [])
        ]
        update = sql.SQL("UPDATE {} SET confirmed = true WHERE place = ANY(%s)")
        connection.execute(update.format(scratch.evidence), (confirmed,))


def _unconfirmed_batches(connection: Connection, scratch: Scratch) -> Iterator[list[Any]]:
    query = sql.SQL(
        "SELECT place, target, unique_column, value FROM {} WHERE " + _SPEAKS + " AND NOT confirmed"
        " AND place > %s ORDER BY place LIMIT %s"
    ).format(scratch.evidence)
    last_place = 0
    while batch := connection.execute(query, (last_place, _BATCH_ROWS)).fetchall():
        yield batch
        last_place = batch[-1][0]


def _present(
    connection: Connection, table: TargetTable, column: str, values: list[str]
) -> set[str]:
    if column:
        place = ParentKey(table.name, column, table.types[column])
        return present_values(connection, place, values)
    found = rows_by_key(connection, table, [read_key(value) for value in values])
    return {json.dumps(key, ensure_ascii=False) for key in found}


def _unconfirmed(connection: Connection, scratch: Scratch) -> list[Any]:
    """Table, rule and key of the first row of each reject that nothing confirms."""
    query = sql.SQL(
        "SELECT DISTINCT ON (claim) target, rule, key FROM {0} AS mine"
        " WHERE rule IN ('duplicate', 'key-clash') AND NOT EXISTS (SELECT FROM {0} AS other"
        " WHERE other.claim = mine.claim AND other.confirmed) ORDER BY claim, place"
    )
    return connection.execute(query.format(scratch.evidence)).fetchall()
