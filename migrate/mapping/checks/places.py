"""Where tables and columns stand in a mapping's file."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.mapping.spec import Child, Column, Mapping, Table

Where = tuple[str | int, ...]
Finding = tuple[Where, str, str]
"""(path in the file, message, hint)."""


def tables_at(mapping: Mapping) -> Iterator[tuple[Where, Table]]:
    """Every table with the path at which it stands."""
    yield (), mapping.root
    for index, table in enumerate(mapping.further):
        yield ("tables", index), table
    yield from children_at(mapping)


def children_at(mapping: Mapping) -> Iterator[tuple[Where, Child]]:
    """Every child list with the path at which it stands."""
    for index, child in enumerate(mapping.children):
        yield ("children", index), child


def columns_at(mapping: Mapping) -> Iterator[tuple[Where, Table, str, Column]]:
    """Every column with the path at which it stands."""
    for prefix, table in tables_at(mapping):
        for name, column in table.columns.items():
            yield (*prefix, "columns", name), table, name, column
