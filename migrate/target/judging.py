"""The questions that need more than one row: who shares a unique value, who points nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
    order: Sequence[tuple[str, Column]],
    *,
    keep_first: bool,
) -> list[KeyTexts]:
    """Rows that share a value of `column`, as texts of the columns `shown`.

    With `keep_first`, without the row that comes first by the columns of `order`.
    """
    ranked = sql.SQL(
        "SELECT {shown}, count(*) OVER same AS n,"
        " row_number() OVER (same ORDER BY {order}) AS place"
        " FROM {table} WHERE {column} IS NOT NULL AND {owned}"
        " WINDOW same AS (PARTITION BY {column})"
    ).format(
        shown=_texts(shown),
        order=_by_code_point(order),
        table=names.table(table),
        column=sql.Identifier(column),
        owned=owned(mapping),
    )
    least = 1 if keep_first else 0
    statement = sql.SQL("SELECT {} FROM ({}) r WHERE n > 1 AND place > {} ORDER BY 1").format(
        _aliases(shown), ranked, least
    )
    return [tuple(row) for row in connection.execute(statement)]


def _by_code_point(order: Sequence[tuple[str, Column]]) -> sql.Composable:
    return sql.SQL(", ").join(_collated(sql.Identifier(name), column) for name, column in order)


def _collated(name: sql.Identifier, column: Column) -> sql.Composable:
    """Text in an order that does not depend on the database's collation."""
    is_text = column.type.name in {"text", "varchar"} and not column.type.is_array
    return sql.SQL('{} COLLATE "C"' if is_text else "{}").format(name)


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that refers to `parent`'s `parent_key`; `key` are the key columns of its table."""

    table: str
    key: Sequence[tuple[str, Column]]
    column: tuple[str, Column]
    parent: str
    parent_key: str


def dangling(
    connection: Connection, mapping: Mapping, reference: Reference, shown: Sequence[str]
) -> list[KeyTexts]:
    """Rows whose reference points nowhere, as texts of the columns `shown`."""
    statement = sql.SQL(
        "SELECT {shown} FROM {table} WHERE {owned} AND {column} IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM {parent} p WHERE p.{key} = {table}.{column}) ORDER BY 1"
    ).format(
        shown=_texts(shown),
        table=names.table(reference.table),
        owned=owned(mapping),
        column=sql.Identifier(reference.column[0]),
        parent=names.table(reference.parent),
        key=sql.Identifier(reference.parent_key),
    )
    return [tuple(row) for row in connection.execute(statement)]


@dataclass(frozen=True, slots=True)
class Claim:
    """An item that has no row, with its texts of the columns compared, then of those in order."""

    item_key: str
    texts: Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Contest:
    """A place where one may stand: rows and claims of `table` with the same texts of `compared`.
    The first by `order` stays; without order nobody does. `shown` are the texts of rows wanted."""

    table: str
    compared: Sequence[tuple[str, Column]]
    order: Sequence[tuple[str, Column]]
    shown: Sequence[str]


def losers(
    connection: Connection, mapping: Mapping, contest: Contest, claims: Sequence[Claim]
) -> tuple[set[str], list[KeyTexts]]:
    """(item keys of claims, texts of rows) that may not stand beside each other."""
    if not claims:
        return set(), []
    fields = [*contest.compared, *contest.order]
    values = [sql.Identifier(f"v{place}") for place in range(len(fields))]
    compared = sql.SQL(", ").join(values[: len(contest.compared)])
    statement = sql.SQL(
        "WITH claims AS (SELECT * FROM unnest(%s::text[], {arrays}) AS c(item_key, {values})),"
        " everyone AS (SELECT item_key, {values}, {nothing} FROM claims"
        "  UNION ALL SELECT NULL, {columns}, {texts} FROM {table}"
        "  WHERE {owned} AND ({names}) IN (SELECT {compared} FROM claims)),"
        " ranked AS (SELECT item_key, {shown}, count(*) OVER same AS n,"
        "  row_number() OVER (same {order}) AS place FROM everyone"
        "  WINDOW same AS (PARTITION BY {compared}))"
        " SELECT item_key, {shown} FROM ranked WHERE n > 1 AND place > {least} ORDER BY 1, 2"
    ).format(
        arrays=sql.SQL(", ").join(sql.SQL("%s::{}[]").format(_type(c)) for _, c in fields),
        values=sql.SQL(", ").join(values),
        nothing=_nothing(contest.shown),
        columns=names.columns([name for name, _ in fields]),
        texts=_texts(contest.shown),
        table=names.table(contest.table),
        owned=owned(mapping),
        names=names.columns([name for name, _ in contest.compared]),
        compared=compared,
        shown=_aliases(contest.shown),
        order=_order(contest, values),
        least=sql.Literal(1 if contest.order else 0),
    )
    arrays = [[claim.texts[place] for claim in claims] for place in range(len(fields))]
    found = connection.execute(statement, [[claim.item_key for claim in claims], *arrays])
    gone = found.fetchall()
    return {row[0] for row in gone if row[0]}, [tuple(row[1:]) for row in gone if not row[0]]


def _order(contest: Contest, values: Sequence[sql.Identifier]) -> sql.Composable:
    if not contest.order:
        return sql.SQL("")
    start = len(contest.compared)
    parts = [
        _collated(value, column)
        for value, (_, column) in zip(values[start:], contest.order, strict=True)
    ]
    return sql.SQL("ORDER BY {}").format(sql.SQL(", ").join(parts))


def _type(column: Column) -> sql.Composable:
    return sql.SQL(column.type.sql)


def _nothing(shown: Sequence[str]) -> sql.Composable:
    return sql.SQL(", ").join(
        sql.SQL("NULL::text AS {}").format(sql.Identifier(f"s{place}"))
        for place in range(len(shown))
    )


def _texts(shown: Sequence[str]) -> sql.Composable:
    return sql.SQL(", ").join(
        sql.SQL("{}::text AS {}").format(sql.Identifier(name), sql.Identifier(f"s{place}"))
        for place, name in enumerate(shown)
    )


def _aliases(shown: Sequence[str]) -> sql.Composable:
    return sql.SQL(", ").join(sql.Identifier(f"s{place}") for place in range(len(shown)))
