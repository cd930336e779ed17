"""A target row's key is a function of the item's DynamoDB key alone, and of all of it."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.mapping.checks.places import Finding, children_at, columns_at, tables_at
from migrate.mapping.path import Path, text
from migrate.mapping.spec import Child, Column, Mapping, Table
from migrate.mapping.transforms import DerivedId, FixedValue, FromAttribute, FromParent, Position
from migrate.mapping.transforms.derived_id import PositionPart


def check(mapping: Mapping) -> Iterator[Finding]:
    """A changed attribute must never move a row, and two items never make rows with one key."""
    yield from _keys_follow_the_item(mapping)
    yield from _whole_key_used(mapping)
    yield from _elements_have_keys(mapping)


def _keys_follow_the_item(mapping: Mapping) -> Iterator[Finding]:
    item_key = {(name,) for name in mapping.source.key}
    for where, table, name, column in columns_at(mapping):
        if not column.key:
            continue
        own = _key_paths(column, table)
        if own is None:
            yield (
                where,
                f"key column {name} takes its value from something that is no key",
                "keys take source.key attributes, constants, positions, or uuid5 of these",
            )
        elif not set(own) <= item_key:
            wrong = next(path for path in own if path not in item_key)
            yield (
                where,
                f"key column {name} depends on {text(wrong)!r}, which is not in source.key",
                f"source.key is {', '.join(mapping.source.key)}",
            )


def _key_paths(column: Column, table: Table) -> list[Path] | None:
    """Paths of the item in a key column; None: no key may be made of it."""
    transform = column.transform
    if isinstance(transform, FromAttribute | FromParent):
        if len(transform.paths) > 1:
            return None
    elif not isinstance(transform, DerivedId | FixedValue | Position):
        return None
    return column.item_paths(in_child=table.in_child)


def _whole_key_used(mapping: Mapping) -> Iterator[Finding]:
    wanted = {(name,) for name in mapping.source.key}
    for where, table in tables_at(mapping):
        used: set[Path] = set()
        for name in table.key_columns:
            used.update(table.columns[name].item_paths(in_child=table.in_child))
        missing = wanted - used
        if missing:
            names = ", ".join(sorted(text(path) for path in missing))
            hint = "two items could make rows with one key"
            yield (*where, "target"), f"the key of {table.target} leaves out {names}", hint


def _elements_have_keys(mapping: Mapping) -> Iterator[Finding]:
    for where, child in children_at(mapping):
        names = {
            path
            for name in child.key_columns
            for path in child.columns[name].element_paths(in_child=True)
        }
        if len(names) > 1:
            message = "the key of a child row uses more than one attribute of the element"
            yield where, message, "name one attribute that identifies the element"
        elif not names and not _has_position(child):
            message = f"the key of {child.target} is the same for every element of a list"
            yield (*where, "target"), message, "add position, or an attribute of the element"


def _has_position(child: Child) -> bool:
    return any(
        isinstance(transform, Position)
        or (
            isinstance(transform, DerivedId)
            and any(isinstance(part, PositionPart) for part in transform.parts)
        )
        for transform in (child.columns[name].transform for name in child.key_columns)
    )
