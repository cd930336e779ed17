"""From an item to the rows it owns, and from a row back to the item's key."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from migrate.item import text
from migrate.item.refusal import Refusal
from migrate.mapping.compile import generate
from migrate.mapping.convert import Converter, converter
from migrate.mapping.owner import owner_columns
from migrate.mapping.spec import Column, Mapping, Table
from migrate.mapping.transforms import FromAttribute, FromParent

OwnerColumns = Sequence[tuple[str, Column]]
OwnedRows = tuple[str, OwnerColumns, tuple[str, ...]]
"""(target table, the columns that tell the owner, their texts for one item)."""
AllOwnedRows = tuple[str, OwnerColumns, list[tuple[str, ...]]]

_NUMBERS = {"smallint", "integer", "bigint", "numeric", "double precision"}


class Locator:
    """Finds the rows of an item in every table of a mapping, whatever its other attributes say."""

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self._tables: list[tuple[Table, OwnerColumns, Any]] = []
        self._plain: list[list[tuple[str, Converter]] | None] = []
        for table in mapping.tables:
            owners = owner_columns(mapping, table) or []
            part = table.model_copy(update={"columns": dict(owners)})
            self._tables.append((table, owners, generate(part)))
            self._plain.append(_plain(owners))

    def rows_of(self, item: dict[str, Any]) -> list[OwnedRows]:
        """The owner's texts per table. A key that the mapping refuses owns no row."""
        found: list[OwnedRows] = []
        for table, owners, row in self._tables:
            try:
                line, _ = row(item, {}, {}, 0, {})
            except Refusal:
                continue
            texts = tuple(text.unescaped(one) for one in line[:-1].split("\t"))
            found.append((table.target, owners, texts))
        return found

    def all_rows_of(self, items: Sequence[dict[str, Any]]) -> list[AllOwnedRows]:
        """The same for many items at once, as lists of texts."""
        found: list[AllOwnedRows] = []
        for (table, owners, row), plain in zip(self._tables, self._plain, strict=True):
            texts = _by_row(row, items) if plain is None else _by_attributes(plain, items)
            found.append((table.target, owners, texts))
        return found

    def beyond_the_key(self) -> list[str]:
        """Tables whose rows cannot be found from an item's key alone."""
        key = {(name,) for name in self.mapping.source.key}
        return [
            table.target
            for table, owners, _ in self._tables
            if not owners
            or any(
                not key.issuperset(column.item_paths(in_child=table.in_child))
                or column.element_paths(in_child=table.in_child)
                for _, column in owners
            )
        ]


def _plain(owners: OwnerColumns) -> list[tuple[str, Converter]] | None:
    """(attribute, converter) of each column, where all of them hold an attribute as it is."""
    found: list[tuple[str, Converter]] = []
    for _, column in owners:
        transform = column.transform
        if not isinstance(transform, FromAttribute | FromParent):
            return None
        if len(transform.paths) != 1 or len(transform.paths[0]) != 1:
            return None
        found.append((transform.paths[0][0], converter(column)))
    return found


_NONE: dict[str, Any] = {}
_Texts = list[tuple[str, ...]]


def _by_row(row: Any, items: Sequence[dict[str, Any]]) -> _Texts:
    texts: _Texts = []
    for item in items:
        with suppress(Refusal):
            line, _ = row(item, _NONE, _NONE, 0, _NONE)
            texts.append(tuple(text.unescaped(one) for one in line[:-1].split("\t")))
    return texts


def _by_attributes(plain: list[tuple[str, Converter]], items: Sequence[dict[str, Any]]) -> _Texts:
    texts: _Texts = []
    if len(plain) == 1:
        ((name, convert),) = plain
        for item in items:
            try:
                texts.append((text.unescaped(convert(item.get(name))),))
            except Refusal:
                continue
        return texts
    for item in items:
        with suppress(Refusal):
            texts.append(tuple(text.unescaped(convert(item.get(name))) for name, convert in plain))
    return texts


def key_holders(mapping: Mapping, table: Table) -> list[str] | None:
    """The columns of `table` that hold the item's key attributes as they are, or None."""
    found: list[str] = []
    for name in mapping.source.key:
        match = [
            column_name
            for column_name, column in table.columns.items()
            if _holds(column, name, in_child=table.in_child)
        ]
        if not match:
            return None
        found.append(match[0])
    return found


def _holds(column: Column, name: str, *, in_child: bool) -> bool:
    kind = FromParent if in_child else FromAttribute
    transform = column.transform
    return isinstance(transform, kind) and transform.paths == ((name,),) and not column.values


def item_key(mapping: Mapping, table: Table, texts: Sequence[str]) -> dict[str, Any]:
    """The DynamoDB key that `key_holders` texts most likely came from.

    A guess: a uuid column holds lower case whatever the attribute's spelling, so the item found
    by it must be checked, and one that is not found must be looked for by a scan.
    """
    holders = key_holders(mapping, table) or []
    return {
        name: {"N" if table.columns[column].type.name in _NUMBERS else "S": value}
        for name, column, value in zip(mapping.source.key, holders, texts, strict=True)
    }
