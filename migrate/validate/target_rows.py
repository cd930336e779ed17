"""Looks rows of the target up by key, and values of references, in batches."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from psycopg import sql

from migrate.mapping.column_type import ColumnType
from migrate.validate.canonical import canonical_of
from migrate.validate.interpretation import Key
from migrate.validate.session import Connection, identifier
from migrate.validate.target_table import ParentKey, TargetTable

Texts = tuple[Any, ...]


def rows_by_key(
    connection: Connection, table: TargetTable, keys: Collection[Key]
) -> dict[Key, list[Texts]]:
    """The rows that have one of `keys`, as fetched texts in the order of `table.columns`.

    A key stands for several rows only where the target lacks its primary key.
    """
    if not keys:
        return {}
    found: dict[Key, list[Texts]] = {}
    places = [table.columns.index(name) for name in table.key_columns]
    canonical = table.key_canonical()
    columns_of_keys = [list(column) for column in zip(*keys, strict=True)]
    for row in connection.execute(_select(table), columns_of_keys):
        key = canonical(tuple(row[place] for place in places))
        found.setdefault(key, []).append(row)
    return found


def _select(table: TargetTable) -> sql.Composed:
    """One array parameter a key column, all of one length."""
    join: sql.Composable = sql.SQL("")
    match: sql.Composable
    arrays = [array_parameter(table.types[name]) for name in table.key_columns]
    if len(arrays) == 1:
        match = sql.SQL("{} = ANY({})").format(sql.Identifier("t", table.key_columns[0]), arrays[0])
    else:
        names = [sql.Identifier(f"k{index}") for index in range(len(arrays))]
        join = sql.SQL(" JOIN unnest({}) AS k({}) ON true").format(
            sql.SQL(", ").join(arrays), sql.SQL(", ").join(names)
        )
        match = sql.SQL(" AND ").join(
            sql.SQL("{} = {}").format(sql.Identifier("t", column), sql.SQL("k.") + name)
            for column, name in zip(table.key_columns, names, strict=True)
        )
    return sql.SQL("SELECT {} FROM {} AS t{} WHERE {}").format(
        table.as_text(), identifier(table.name), join, match
    )


def array_parameter(column_type: ColumnType) -> sql.Composable:
    """A parameter that takes a list of canonical texts."""
    return sql.SQL("%s::" + plain_sql(column_type) + "[]")


def plain_sql(column_type: ColumnType) -> str:
    """The type to which canonical text is cast for a comparison."""
    # varchar(n) would cut silently in a cast, and text compares with it as it is.
    return "text" if column_type.name == "varchar" else column_type.element_sql


def present_values(connection: Connection, parent: ParentKey, values: Collection[str]) -> set[str]:
    """Which of the canonical `values` stand in that column."""
    if not values:
        return set()
    column = sql.Identifier("t", parent.column)
    query = sql.SQL("SELECT {}::text FROM {} AS t WHERE {} = ANY({})").format(
        column, identifier(parent.table), column, array_parameter(parent.type)
    )
    canonical = canonical_of(parent.type)
    return {canonical(row[0]) for row in connection.execute(query, (list(values),))}
