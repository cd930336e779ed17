"""Identifiers in SQL: quoted always, because column names such as `order` are real."""

from __future__ import annotations

from psycopg import sql


def table(name: str) -> sql.Identifier:
    """`schema.table`, quoted."""
    return sql.Identifier(*name.split("."))


def columns(names: list[str] | tuple[str, ...]) -> sql.Composed:
    """A comma-separated list of quoted column names."""
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)
