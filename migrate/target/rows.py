"""Reading and removing rows by key, inside what the mappings own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import errors, sql

from migrate.item import text
from migrate.mapping.spec import Column, Mapping, OwnsWhere
from migrate.target import names
from migrate.target.connection import Connection

KeyTexts = tuple[str, ...]


class StillReferencedError(Exception):
    """Rows were not deleted, because rows of `referring` point to them by `constraint`."""

    def __init__(self, referring: str, constraint: str) -> None:
        super().__init__(referring, constraint)
        self.referring = referring
        self.constraint = constraint


def owned(mapping: Mapping) -> sql.Composable:
    """The condition that tells the mapping's own rows from those of the new system."""
    if isinstance(mapping.owns, OwnsWhere):
        return sql.SQL("({})").format(sql.SQL(mapping.owns.where))
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
    """Empty what the mappings own, for a load that starts anew.

    `mappings` stand in the order of their references. Raises StillReferencedError when rows of
    tables that are not mapped refer to rows of ours.
    """
    mapped = {table.target for mapping in mappings for table in mapping.tables}
    shared = _referred_from_outside(connection, mapped)
    whole = {
        table.target
        for mapping in mappings
        if not isinstance(mapping.owns, OwnsWhere)
        for table in mapping.tables
    } - shared  # TRUNCATE refuses these, also where no row refers to them
    if whole:
        tables = sql.SQL(", ").join(names.table(name) for name in sorted(whole))
        connection.execute(sql.SQL("TRUNCATE {}").format(tables))
    for mapping in reversed(mappings):
        for table in reversed(mapping.tables):
            if table.target not in whole:
                statement = sql.SQL("DELETE FROM {} WHERE {}").format(
                    names.table(table.target), owned(mapping)
                )
                _delete(connection, statement)


def _referred_from_outside(connection: Connection, tables: set[str]) -> set[str]:
    """Those of `tables` to which foreign keys of other tables point."""
    found = connection.execute(
        "select distinct pn.nspname || '.' || p.relname from pg_constraint k"
        " join pg_class p on p.oid = k.confrelid join pg_namespace pn on pn.oid = p.relnamespace"
        " join pg_class c on c.oid = k.conrelid join pg_namespace cn on cn.oid = c.relnamespace"
        " where k.contype = 'f' and pn.nspname || '.' || p.relname = any(%(ours)s)"
        " and not cn.nspname || '.' || c.relname = any(%(ours)s)",
        {"ours": list(tables)},
    )
    return {row[0] for row in found}


def remove(
    connection: Connection, table: str, columns: Sequence[tuple[str, Column]], keys: list[KeyTexts]
) -> int:
    """Delete the rows whose `columns` hold one of `keys` (texts of the columns' types).

    Raises StillReferencedError; the transaction must then be rolled back.
    """
    if not keys:
        return 0
    statement = sql.SQL("DELETE FROM {} WHERE ({}) IN ({})").format(
        names.table(table), names.columns([name for name, _ in columns]), _listed(columns)
    )
    return _delete(connection, statement, _arrays(columns, keys))


def remove_own(
    connection: Connection,
    mapping: Mapping,
    table: str,
    columns: Sequence[tuple[str, Column]],
    keys: list[KeyTexts],
) -> int:
    """As `remove`, of the mapping's own rows only."""
    if not keys:
        return 0
    if len(columns) == 1:  # an array is searched in the index; a subquery may become a hash join
        name, column = columns[0]
        found: sql.Composable = sql.SQL("{} = ANY(%s::{}[])").format(
            sql.Identifier(name), sql.SQL(column.type.element_sql)
        )
    else:
        found = sql.SQL("({}) IN ({})").format(
            names.columns([name for name, _ in columns]), _listed(columns)
        )
    statement = sql.SQL("DELETE FROM {} WHERE {} AND {}").format(
        names.table(table), found, owned(mapping)
    )
    # As literals: psycopg looks at each element of a list, which costs more than the DELETE.
    arrays = [text.array([key[place] for key in keys]) for place in range(len(columns))]
    return _delete(connection, statement, arrays)


def _delete(
    connection: Connection, statement: sql.Composed, values: Sequence[Any] | None = None
) -> int:
    try:
        return connection.execute(statement, values).rowcount
    except errors.ForeignKeyViolation as error:
        referring = f"{error.diag.schema_name}.{error.diag.table_name}"
        raise StillReferencedError(referring, str(error.diag.constraint_name)) from None


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
        sql.SQL("%s::{}[]").format(sql.SQL(column.type.element_sql)) for _, column in columns
    )
    return sql.SQL("SELECT * FROM unnest({})").format(arrays)


def _arrays(columns: Sequence[tuple[str, Column]], keys: list[KeyTexts]) -> list[list[str]]:
    return [[key[place] for key in keys] for place in range(len(columns))]
