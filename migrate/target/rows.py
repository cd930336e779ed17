"""Reading and removing rows by key, inside what the mappings own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from psycopg import sql

from migrate.mapping.spec import Column, Mapping, OwnsWhere
from migrate.target import names
from migrate.target.connection import Connection

KeyTexts = tuple[str, ...]


def owned(mapping: Mapping) -> sql.Composable:
    """The condition that tells the mapping's own rows from those of the new system."""
    if isinstance(mapping.owns, OwnsWhere):
        return sql.SQL("({})").format(sql.SQL(mapping.owns.where))  # type: ignore[arg-type]
    return sql.SQL("true")


def owned_counts(connection: Connection, mappings: Iterable[Mapping]) -> dict[str, int]:
    """How many own rows each target table holds; several mappings of a table add up."""
    counts: dict[str, int] = {}
    for mapping in mappings:
        for target in dict.fromkeys(table.target for table in mapping.tables):
            if counts.get(target) and not isinstance(mapping.owns, OwnsWhere):
                continue
            statement = sql.SQL("SELECT count(*) FROM {} WHERE {}").format(
                names.table(target), owned(mapping)
            )
            row = connection.execute(statement).fetchone()
            counts[target] = counts.get(target, 0) + (row[0] if row else 0)
    return counts


def remove_owned(connection: Connection, mappings: Sequence[Mapping]) -> None:
    """Empty what the mappings own, for a load that starts anew."""
    whole = {
        table.target
        for mapping in mappings
        if not isinstance(mapping.owns, OwnsWhere)
        for table in mapping.tables
    }
    if whole:
        tables = sql.SQL(", ").join(names.table(name) for name in sorted(whole))
        connection.execute(sql.SQL("TRUNCATE {}").format(tables))
    for mapping in mappings:
        for table in reversed(mapping.tables):
            if table.target not in whole:
                statement = sql.SQL("DELETE FROM {} WHERE {}").format(
                    names.table(table.target), owned(mapping)
                )
                connection.execute(statement)


def remove(
    connection: Connection, table: str, columns: Sequence[tuple[str, Column]], keys: list[KeyTexts]
) -> int:
    """Delete the rows whose `columns` hold one of `keys` (texts of the columns' types)."""
    if not keys:
        return 0
    cursor = connection.execute(
        sql.SQL("DELETE FROM {} WHERE ({}) IN ({})").format(
            names.table(table), names.columns([name for name, _ in columns]), _listed(columns)
        ),
        _arrays(columns, keys),
    )
    return cursor.rowcount


def count(
    connection: Connection, table: str, columns: Sequence[tuple[str, Column]], key: KeyTexts
) -> int:
    """How many rows hold `key` in `columns`."""
    row = connection.execute(
        sql.SQL("SELECT count(*) FROM {} WHERE ({}) IN ({})").format(
            names.table(table), names.columns([name for name, _ in columns]), _listed(columns)
        ),
        _arrays(columns, [key]),
    ).fetchone()
    return row[0] if row else 0


def existing(
    connection: Connection, table: str, columns: Sequence[tuple[str, Column]], keys: list[KeyTexts]
) -> set[KeyTexts]:
    """Those of `keys` that have a row."""
    texts = sql.SQL(", ").join(
        sql.SQL("{}::text").format(sql.Identifier(name)) for name, _ in columns
    )
    cursor = connection.execute(
        sql.SQL("SELECT {} FROM {} WHERE ({}) IN ({})").format(
            texts,
            names.table(table),
            names.columns([name for name, _ in columns]),
            _listed(columns),
        ),
        _arrays(columns, keys),
    )
    return {tuple(row) for row in cursor}


def _listed(columns: Sequence[tuple[str, Column]]) -> sql.Composable:
    arrays = sql.SQL(", ").join(
        sql.SQL("%s::{}[]").format(sql.SQL(column.type.element_sql))
        for _, column in columns  # type: ignore[arg-type]
    )
    return sql.SQL("SELECT * FROM unnest({})").format(arrays)


def _arrays(columns: Sequence[tuple[str, Column]], keys: list[KeyTexts]) -> list[list[str]]:
    return [[key[place] for key in keys] for place in range(len(columns))]
