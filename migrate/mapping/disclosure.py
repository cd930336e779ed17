"""Which attributes' values may be shown: those that columns of class public or internal read.

Values are patients' data. A path is open when a column of these classes takes it, or a map or
list above it, as it is, and no column of another class reads it; everything else, the attributes
that no column reads included, is masked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrate.mapping.path import Path
from migrate.mapping.spec import Child, Column, Mapping, Table
from migrate.mapping.transforms import Element, FromAttribute, FromParent

ELEMENTS = "[]"
"""The name that stands for the elements of a list inside a path."""

# What a schema calls its fields. Other keys of nested maps may be data: a child's name, a date.
_FIELD_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]{0,39}\Z", re.ASCII)

_OPEN = {"public", "internal"}
_AS_IT_IS = (FromAttribute, FromParent, Element)


class Disclosure:
    """Decides for one mapping."""

    def __init__(self, mapping: Mapping) -> None:
        self._open: set[Path] = set()
        self._closed: set[Path] = set()
        for path, column in read_paths(mapping):
            if column.data_class not in _OPEN:
                self._closed.add(path)
            elif isinstance(column.transform, _AS_IT_IS):
                self._open.add(path)

    def shows(self, path: Path) -> bool:
        """Whether values at `path` may be shown."""
        above = {path[:end] for end in range(1, len(path) + 1)}
        return not above.isdisjoint(self._open) and above.isdisjoint(self._closed)


def shown_key(mapping: Mapping, item_key: str) -> str:
    """An item's key as it may be printed: keys are opaque, unless a column that reads one says
    itself that it is personal or medical (an e-mail address as a key); then its length only."""
    names = {(name,) for name in mapping.source.key}
    for path, column in read_paths(mapping):
        said = "data_class" in column.model_fields_set
        if path in names and said and column.data_class not in _OPEN:
            return f"‹key of {len(item_key)} characters›"
    return item_key


def is_field_name(name: str) -> bool:
    """Whether a key of a nested map looks like a field of a schema, and not like data."""
    return _FIELD_NAME.match(name) is not None


def read_paths(mapping: Mapping) -> Iterator[tuple[Path, Column]]:
    """Every path that a column reads, as seen from the item, with the column."""
    for table, _, column in mapping.all_columns():
        for path in column_paths(table, column):
            yield path, column


def column_paths(table: Table, column: Column) -> list[Path]:
    """The paths that a column of `table` reads, as seen from the item."""
    paths = column.item_paths(in_child=table.in_child)
    if isinstance(table, Child):
        prefix = (*table.list_path, ELEMENTS)
        paths = paths + [(*prefix, *path) for path in column.element_paths(in_child=True)]
        if isinstance(column.transform, Element):
            paths.append(prefix)
    return paths
