"""References that point nowhere, counted by SQL over the whole target."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from psycopg import sql

from migrate.mapping.spec import Mapping
from migrate.validate.session import Connection, identifier, translated
from migrate.validate.target_table import ParentKey, TargetTable, parent_keys, target_tables

_KEYS_MAX = 20


@dataclass(frozen=True, slots=True)
class Orphans:
    """One reference: rows of ours that hold a value which the referenced table lacks."""

    table: str
    column: str
    references: str
    count: int
    first_keys: tuple[dict[str, str], ...] = ()
    """Keys of the first of those rows, as text."""


def orphans(
    connection: Connection, mappings: Iterable[Mapping], keys_max: int = _KEYS_MAX
) -> list[Orphans]:
    """Every `references` of the mappings, those without orphans too (count 0).

    Raises FixInputError where the target lacks a table or column, RetryLaterError when it fails.
    """
    tables = target_tables(mappings)
    with translated():
        parents = parent_keys(connection, tables)
        return [
            _orphans_of(connection, table, column, parents[parent], keys_max)
            for table in tables.values()
            for column, parent in table.references.items()
        ]


def _orphans_of(
    connection: Connection, table: TargetTable, column: str, parent: ParentKey, keys_max: int
) -> Orphans:
    source = sql.SQL(
        "FROM {} AS t WHERE {} AND {} IS NOT NULL AND NOT EXISTS (SELECT FROM {} AS parent"
        " WHERE {} = {})"
    ).format(
        identifier(table.name), table.ours(), sql.Identifier("t", column),
        identifier(parent.table), sql.Identifier("parent", parent.column),
        sql.Identifier("t", column),
    )  # fmt: skip
    row = connection.execute(sql.SQL("SELECT count(*) ") + source).fetchone()
    count = int(row[0]) if row else 0
    if count == 0:
        return Orphans(table.name, column, parent.table, 0)
    query = sql.SQL("SELECT {} {} ORDER BY {} LIMIT {}").format(
        table.keys_as_text(), source, table.key_names("t"), sql.Literal(keys_max)
    )
    keys = tuple(
        dict(zip(table.key_columns, texts, strict=True)) for texts in connection.execute(query)
    )
    return Orphans(table.name, column, parent.table, count, keys)
