"""References that were set to NULL because nothing stood behind them, to be set again if it comes.

Only mappings with `orphans: null` make them. A reference is a key, never a value of a patient.
"""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql
from psycopg.types.json import Jsonb

from migrate.mapping.spec import Column, Mapping
from migrate.target import names
from migrate.target.connection import Connection
from migrate.target.judging import Reference
from migrate.target.rows import owned


def forget(connection: Connection, run_id: str, mapping: Mapping, reference: Reference) -> int:
    """Set the column to NULL where no parent stands, and remember it. Returns the rows."""
    statement = sql.SQL(
        "WITH found AS (SELECT {keys}, {column} FROM {table} WHERE {owned} AND {column} IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM {parent} p WHERE p.{parent_key} = {table}.{column})),"
        " kept AS (INSERT INTO migrate.dangling (run_id, table_name, column_name, key, value)"
        " SELECT %s, %s, %s, jsonb_build_object({texts}), {column}::text FROM found)"
        " UPDATE {table} SET {column} = NULL FROM found WHERE {same}"
    ).format(
        keys=names.columns([name for name, _ in reference.key]),
        texts=_key_texts(reference),
        same=_joined("found.{name} = {table}.{name}", reference),
        owned=owned(mapping),
        **_names(reference),
    )
    place = [run_id, reference.table, reference.column[0]]
    return connection.execute(statement, place).rowcount


def add(
    connection: Connection, run_id: str, reference: Reference, key: Sequence[str], value: str
) -> None:
    """Remember one reference of a row that is written without it. `key` and `value` are texts."""
    texts = dict(zip([name for name, _ in reference.key], key, strict=True))
    connection.execute(
        "insert into migrate.dangling (run_id, table_name, column_name, key, value)"
        " values (%s, %s, %s, %s, %s)",
        [run_id, reference.table, reference.column[0], Jsonb(texts), value],
    )


def drop(connection: Connection, run_id: str, reference: Reference, key: Sequence[str]) -> None:
    """Forget what was remembered of a row that is written anew."""
    texts = dict(zip([name for name, _ in reference.key], key, strict=True))
    connection.execute(
        "delete from migrate.dangling"
        " where run_id = %s and table_name = %s and column_name = %s and key = %s",
        [run_id, reference.table, reference.column[0], Jsonb(texts)],
    )


def drop_rows(
    connection: Connection,
    run_id: str,
    table: str,
    columns: Sequence[str],
    keys: Sequence[Sequence[str]],
) -> None:
    """Forget what was remembered of many rows; `columns` of their keys hold one of `keys`."""
    statement = sql.SQL(
        "delete from migrate.dangling where run_id = %s and table_name = %s"
        " and ({}) in (select * from unnest({}))"
    ).format(
        sql.SQL(", ").join(sql.SQL("key->>{}").format(sql.Literal(name)) for name in columns),
        sql.SQL(", ").join([sql.SQL("%s::text[]")] * len(columns)),
    )
    arrays = [[key[place] for key in keys] for place in range(len(columns))]
    connection.execute(statement, [run_id, table, *arrays])


def recover(connection: Connection, run_id: str, reference: Reference) -> int:
    """Set the references whose parent stands by now. Returns how many were remembered for them."""
    place = [run_id, reference.table, reference.column[0]]
    stands = sql.SQL(
        "d.run_id = %s AND d.table_name = %s AND d.column_name = %s AND EXISTS"
        " (SELECT FROM {parent} p WHERE p.{parent_key} = d.value::{type})"
    ).format(**_names(reference))
    connection.execute(
        sql.SQL(
            "UPDATE {table} SET {column} = d.value::{type} FROM migrate.dangling d"
            " WHERE {stands} AND {same} AND {table}.{column} IS NULL"
        ).format(
            stands=stands,
            same=_joined("{table}.{name} = (d.key->>{text})::{type}", reference),
            **_names(reference),
        ),
        place,
    )
    done = sql.SQL("DELETE FROM migrate.dangling d WHERE {}").format(stands)
    return connection.execute(done, place).rowcount


def _names(reference: Reference) -> dict[str, sql.Composable]:
    return {
        "table": names.table(reference.table),
        "column": sql.Identifier(reference.column[0]),
        "type": _type(reference.column[1]),
        "parent": names.table(reference.parent),
        "parent_key": sql.Identifier(reference.parent_key),
    }


def _type(column: Column) -> sql.Composable:
    return sql.SQL(column.type.sql)


def _key_texts(reference: Reference) -> sql.Composable:
    return sql.SQL(", ").join(
        sql.SQL("{}, {}::text").format(sql.Literal(name), sql.Identifier(name))
        for name, _ in reference.key
    )


def _joined(pattern: str, reference: Reference) -> sql.Composable:
    return sql.SQL(" AND ").join(
        sql.SQL(pattern).format(
            table=names.table(reference.table),
            name=sql.Identifier(name),
            text=sql.Literal(name),
            type=_type(column),
        )
        for name, column in reference.key
    )
