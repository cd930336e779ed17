"""The questions that need more than one row: who shares a unique value, who points nowhere."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from migrate.mapping.spec import Column, Mapping
from migrate.target import names
from migrate.target.connection import Connection
from migrate.target.rows import KeyTexts, owned


def sharing(
    connection: Connection,
    mapping: Mapping,
    table: str,
    column: str,
    shown: Sequence[str],
    keep_first_by: str | None,
    key: Sequence[str],
) -> list[KeyTexts]:
    """Rows that share a value of `column`, as texts of the columns `shown`.

    With `keep_first_by`, without the row of the least value of that column, then the least key.
    """
    order = [*([keep_first_by] if keep_first_by else []), *key]
    ranked = sql.SQL(
        "SELECT {shown}, count(*) OVER same AS n,"
        " row_number() OVER (same ORDER BY {order}) AS place"
        " FROM {table} WHERE {column} IS NOT NULL AND {owned}"
        " WINDOW same AS (PARTITION BY {column})"
    ).format(
        shown=_texts(shown),
        order=names.columns(order),
        table=names.table(table),
        column=sql.Identifier(column),
        owned=owned(mapping),
    )
    least = 1 if keep_first_by else 0
    statement = sql.SQL("SELECT {} FROM ({}) r WHERE n > 1 AND place > {} ORDER BY 1").format(
        _aliases(shown), ranked, least
    )
    return [tuple(row) for row in connection.execute(statement)]


def dangling(
    connection: Connection,
    mapping: Mapping,
    table: str,
    column: str,
    parent: tuple[str, str],
    shown: Sequence[str],
) -> list[KeyTexts]:
    """Rows whose `column` has no row in `parent` (table, key column), as texts of `shown`."""
    statement = sql.SQL(
        "SELECT {shown} FROM {table} WHERE {owned} AND {column} IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM {parent} p WHERE p.{key} = {table}.{column}) ORDER BY 1"
    ).format(
        shown=_texts(shown),
        table=names.table(table),
        owned=owned(mapping),
        column=sql.Identifier(column),
        parent=names.table(parent[0]),
        key=sql.Identifier(parent[1]),
    )
    return [tuple(row) for row in connection.execute(statement)]


def forget_dangling(
    connection: Connection, mapping: Mapping, table: str, column: str, parent: tuple[str, str]
) -> int:
    """Set `column` to NULL where it has no row in `parent`. Returns the number of rows."""
    statement = sql.SQL(
        "UPDATE {table} SET {column} = NULL WHERE {owned} AND {column} IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM {parent} p WHERE p.{key} = {table}.{column})"
    ).format(
        table=names.table(table),
        owned=owned(mapping),
        column=sql.Identifier(column),
        parent=names.table(parent[0]),
        key=sql.Identifier(parent[1]),
    )
    return connection.execute(statement).rowcount


def holders(
    connection: Connection,
    table: str,
    column: tuple[str, Column],
    texts: Sequence[str],
    shown: Sequence[str],
) -> list[KeyTexts]:
    """Rows whose column holds one of the values written as `texts`, as texts of `shown`."""
    if not texts:
        return []
    statement = sql.SQL("SELECT {} FROM {} WHERE {} = ANY(%s::{}[]) ORDER BY 1").format(
        _texts(shown),
        names.table(table),
        sql.Identifier(column[0]),
        sql.SQL(column[1].type.sql),  # type: ignore[arg-type]
    )
    return [tuple(row) for row in connection.execute(statement, [list(texts)])]


def _texts(shown: Sequence[str]) -> sql.Composable:
    return sql.SQL(", ").join(
        sql.SQL("{}::text AS {}").format(sql.Identifier(name), sql.Identifier(f"s{place}"))
        for place, name in enumerate(shown)
    )


def _aliases(shown: Sequence[str]) -> sql.Composable:
    return sql.SQL(", ").join(sql.Identifier(f"s{place}") for place in range(len(shown)))
