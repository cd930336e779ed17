"""Which item a row belongs to: the columns of a table that tell it."""

from __future__ import annotations

from typing import Any

from migrate.mapping.spec import Column, Mapping, Table
from migrate.mapping.transforms import FromParent


def owner_columns(mapping: Mapping, table: Table) -> list[tuple[str, Column]] | None:
    """The columns that together tell which item a row belongs to, or None.

    For a row table that is its key; for a child list one column `parent: NAME` for each
    attribute of the item's key.
    """
    if not table.in_child:
        return [(name, table.columns[name]) for name in table.key_columns]
    found: list[tuple[str, Column]] = []
    for name in mapping.source.key:
        wanted: Any = ((name,),)
        match = [
            (column_name, column)
            for column_name, column in table.columns.items()
            if isinstance(column.transform, FromParent) and column.transform.paths == wanted
        ]
        if not match:
            return None
        found.append(match[0])
    return found
