"""References of the mappings, and one item as the orphan policies leave it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from migrate.item import text as item_text
from migrate.ledger import dangling
from migrate.ledger.commit import LoadedItem
from migrate.ledger.rejects import Reject
from migrate.mapping.path import text
from migrate.mapping.spec import Child, Column, Mapping, Table
from migrate.pipeline.model import Model
from migrate.pipeline.victims import elements_of
from migrate.target import rows
from migrate.target.connection import Connection
from migrate.target.judging import Reference

ParentKeys = dict[str, tuple[str, Column]]
"""By table, its one key column."""

Made = list[list[list[str]]]
"""Fields of COPY's text format: of each column, in each row, of each table of a mapping."""


def parent_keys(mappings: Sequence[Mapping]) -> ParentKeys:
    """The key column of every mapped table; only tables with one are referred to."""
    return {
        table.target: (table.key_columns[0], table.columns[table.key_columns[0]])
        for mapping in mappings
        for table in mapping.tables
    }


def is_nulled(mapping: Mapping, column: Column) -> bool:
    """Whether an orphan loses only this reference, not its row."""
    return (column.orphans or mapping.orphans) == "null" and not column.is_required


def reference_of(table: Table, name: str, parents: ParentKeys) -> Reference:
    """The column `name` of `table`, which has `references`."""
    column = table.columns[name]
    parent = str(column.references)
    key = [(key_name, table.columns[key_name]) for key_name in table.key_columns]
    return Reference(table.target, key, (name, column), parent, parents[parent][0])


def nulled_references(mappings: Sequence[Mapping]) -> list[Reference]:
    """Every reference that becomes NULL when it points nowhere."""
    parents = parent_keys(mappings)
    return [
        reference_of(table, name, parents)
        for mapping in mappings
        for table, name, column in mapping.all_columns()
        if column.references and is_nulled(mapping, column)
    ]


class Settler:
    """Writes orphan policies into one item, for tables whose foreign keys are in force."""

    def __init__(self, connection: Connection, run_id: str, mappings: Sequence[Mapping]) -> None:
        self._connection = connection
        self._run_id = run_id
        self._parents = parent_keys(mappings)

    def settled(self, model: Model, loaded: LoadedItem) -> LoadedItem | Reject:
        """References of policy `null` that point nowhere are NULL and remembered; elements of a
        `bad_element: element` list that point nowhere are rejects; else the item is one."""
        made = [[line[:-1].split("\t") for line in lines] for lines in loaded.lines]
        for place, table in enumerate(model.mapping.tables):
            for name, column in table.columns.items():
                if column.references and is_nulled(model.mapping, column):
                    self._without_dangling(model.mapping, made, place, name)
        for place, table in enumerate(model.mapping.tables):
            if isinstance(table, Child) and table.bad_element == "element":
                loaded = self._without_orphans(model, loaded, made, place, table)
                continue
            for name, column in table.columns.items():
                if column.references and self._missing(model.mapping, made, place, name):
                    return _orphan(model, loaded, table, name, loaded.body)
        lines = [["\t".join(fields) + "\n" for fields in one] for one in made]
        return dataclasses.replace(loaded, lines=lines)

    def _without_dangling(self, mapping: Mapping, made: Made, place: int, name: str) -> None:
        table = mapping.tables[place]
        at = list(table.columns).index(name)
        reference = reference_of(table, name, self._parents)
        missing = self._missing(mapping, made, place, name)
        for fields in made[place]:
            key = _key(table, fields)
            dangling.drop(self._connection, self._run_id, reference, key)
            value = _text(fields[at])
            if value is not None and value in missing:
                dangling.add(self._connection, self._run_id, reference, key, value)
                fields[at] = item_text.NULL

    def _missing(self, mapping: Mapping, made: Made, place: int, name: str) -> set[str]:
        """Values of the column that no row stands behind, nor a row of the item itself."""
        table = mapping.tables[place]
        at = list(table.columns).index(name)
        parent = str(table.columns[name].references)
        found = {_text(fields[at]) for fields in made[place]}
        wanted = {one for one in found if one is not None}
        for own, other in zip(made, mapping.tables, strict=True):
            if other.target == parent:
                wanted -= {_key(other, fields)[0] for fields in own}
        column = [self._parents[parent]]
        there = rows.existing(self._connection, parent, column, [(one,) for one in wanted])
        return wanted - {one[0] for one in there}

    def _without_orphans(
        self,
        model: Model,
        loaded: LoadedItem,
        made: Made,
        place: int,
        child: Child,
    ) -> LoadedItem:
        """The item without the elements that point nowhere, which become its bad elements."""
        orphans: dict[tuple[str, ...], str] = {}
        for name, column in child.columns.items():
            if column.references:
                at = list(child.columns).index(name)
                missing = self._missing(model.mapping, made, place, name)
                for fields in made[place]:
                    if _text(fields[at]) in missing:
                        orphans.setdefault(_key(child, fields), name)
        if not orphans:
            return loaded
        made[place] = [fields for fields in made[place] if _key(child, fields) not in orphans]
        name = text(child.list_path)
        read, kept, filtered, rejected = loaded.lists[name]
        count = len(orphans)
        lists = {**loaded.lists, name: (read, kept - count, filtered, rejected + count)}
        bad = [
            dataclasses.replace(
                _orphan(model, loaded, child, orphans[key], element), list=name, place=at
            )
            for at, element, key in elements_of(child, loaded.body)
            if key in orphans
        ]
        return dataclasses.replace(loaded, lists=lists, bad=[*loaded.bad, *bad])


def _orphan(model: Model, loaded: LoadedItem, table: Table, name: str, body: Any) -> Reject:
    return Reject(
        model.mapping.model, loaded.item_key, "orphan", table.target, name,
        cause=f"no row in {table.columns[name].references}",
        mapping_hash=model.mapping.hash, body=body,
    )  # fmt: skip


def _text(field: str) -> str | None:
    return None if field == item_text.NULL else item_text.unescaped(field)


def _key(table: Table, fields: Sequence[str]) -> tuple[str, ...]:
    names = list(table.columns)
    return tuple(item_text.unescaped(fields[names.index(name)]) for name in table.key_columns)
