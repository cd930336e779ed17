"""Checks that need a whole mapping, or all mappings together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from migrate.errors import Problem
from migrate.mapping.convert import ConstantError, check_constants
from migrate.mapping.path import Path, parse, text
from migrate.mapping.spec import Child, Column, Mapping, Table
from migrate.mapping.transforms import DerivedId, FixedValue, FromAttribute, FromParent, Position
from migrate.mapping.transforms.derived_id import AttributePart
from migrate.yaml_source import Document, nearest

Where = tuple[str | int, ...]
Finding = tuple[Where, str, str]
Linted = list[tuple[Mapping, Document]]


def lint(files: Linted) -> list[Problem]:
    """All problems of mappings that are each valid by themselves."""
    problems: list[Problem] = []
    for mapping, document in files:
        for check in _CHECKS:
            problems += [document.problem(*finding) for finding in check(mapping)]
    return problems + _across(files)


def columns_at(mapping: Mapping) -> Iterator[tuple[Where, Table, str, Column]]:
    """Every column with the path at which it stands in the file."""
    for prefix, table in _tables_at(mapping):
        for name, column in table.columns.items():
            yield (*prefix, "columns", name), table, name, column


def _tables_at(mapping: Mapping) -> Iterator[tuple[Where, Table]]:
    yield (), mapping.root
    for index, table in enumerate(mapping.further):
        yield ("tables", index), table
    for index, child in enumerate(mapping.children):
        yield ("children", index), child


def _child_only(mapping: Mapping) -> Iterator[Finding]:
    for where, table, _, column in columns_at(mapping):
        parts = column.transform.parts if isinstance(column.transform, DerivedId) else ()
        needs_list = column.transform.child_only or any(
            not isinstance(part, str | AttributePart) for part in parts
        )
        if needs_list and not table.in_child:
            yield where, "parent, position and element stand inside children only", ""


def _keys_follow_the_item(mapping: Mapping) -> Iterator[Finding]:
    """A changed attribute must never move a row: the old row would stay behind."""
    item_key = {(name,) for name in mapping.source.key}
    for where, table, name, column in columns_at(mapping):
        if not column.key:
            continue
        own, foreign = _key_paths(column, table)
        if foreign is None:
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
    for index, child in enumerate(mapping.children):
        if len(_element_key_paths(child)) > 1:
            message = "the key of a child row uses more than one attribute of the element"
            yield ("children", index), message, "name one attribute that identifies the element"


def _key_paths(column: Column, table: Table) -> tuple[list[Path], list[Path] | None]:
    """Paths of the item and of the element in a key column; None: no key may be made of it."""
    transform = column.transform
    if isinstance(transform, FromAttribute | FromParent):
        if len(transform.paths) > 1:
            return [], None
    elif not isinstance(transform, DerivedId | FixedValue | Position):
        return [], None
    in_child = table.in_child
    return column.item_paths(in_child=in_child), column.element_paths(in_child=in_child)


def _element_key_paths(child: Child) -> set[Path]:
    return {
        path
        for name in child.key_columns
        for path in child.columns[name].element_paths(in_child=True)
    }


def _child_names_its_item(mapping: Mapping) -> Iterator[Finding]:
    """Child rows are found, replaced and removed by the item they belong to."""
    for index, child in enumerate(mapping.children):
        if owner_columns(mapping, child) is None:
            yield (
                ("children", index, "target"),
                f"no column of {child.target} holds the key of the item its rows belong to",
                f"add a column with parent: {mapping.source.key[0]}",
            )


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


def _whole_key_used(mapping: Mapping) -> Iterator[Finding]:
    """Two items must never make rows with one key."""
    wanted = {(name,) for name in mapping.source.key}
    for where, table in _tables_at(mapping):
        used: set[Path] = set()
        for name in table.key_columns:
            used.update(table.columns[name].item_paths(in_child=table.in_child))
        missing = wanted - used
        if missing:
            names = ", ".join(sorted(text(path) for path in missing))
            yield (*where, "target"), f"the key of {table.target} leaves out {names}", ""


def _left_and_mapped(mapping: Mapping) -> Iterator[Finding]:
    mapped = mapping.item_paths
    for name in mapping.leave:
        if parse(name) in mapped:
            yield ("leave", name), f"{name!r} is both mapped and left", "remove one of them"


def _constants(mapping: Mapping) -> Iterator[Finding]:
    for where, _, _, column in columns_at(mapping):
        try:
            check_constants(column)
        except ConstantError as error:
            yield (*where, error.key), str(error), ""


_CHECKS: list[Callable[[Mapping], Iterator[Finding]]] = [
    _child_only,
    _keys_follow_the_item,
    _whole_key_used,
    _child_names_its_item,
    _left_and_mapped,
    _constants,
]


def _across(files: Linted) -> list[Problem]:
    problems: list[Problem] = []
    models: dict[str, str] = {}
    tables: dict[str, tuple[Table, str]] = {}
    for mapping, document in files:
        if mapping.model in models:
            where = f"in {models[mapping.model]}"
            message = f"model {mapping.model} is mapped twice (first {where})"
            problems.append(document.problem(("source", "model"), message))
        models.setdefault(mapping.model, document.file)
        for where_table, table in _tables_at(mapping):
            first = tables.setdefault(table.target, (table, document.file))
            for finding in _same_shape(where_table, table, *first):
                problems.append(document.problem(*finding))
    for mapping, document in files:
        for finding in _references(mapping, {name: entry[0] for name, entry in tables.items()}):
            problems.append(document.problem(*finding))
    return problems


def _same_shape(where: Where, table: Table, first: Table, file: str) -> Iterator[Finding]:
    """Models that share a table must agree on its columns."""
    for name in first.columns.keys() | table.columns.keys():
        mine, theirs = table.columns.get(name), first.columns.get(name)
        at = (*where, "columns", name) if mine else (*where, "target")
        if mine is None or theirs is None:
            if (mine or theirs).is_required:  # type: ignore[union-attr]
                yield (
                    at,
                    f"column {name} is required, but not every mapping of the table has it",
                    "",
                )
        elif (mine.type, mine.key, mine.references) != (theirs.type, theirs.key, theirs.references):
            yield at, f"column {name} of {table.target} is declared otherwise in {file}", ""


def _references(mapping: Mapping, tables: dict[str, Table]) -> Iterator[Finding]:
    for where, _, name, column in columns_at(mapping):
        if column.references is None:
            continue
        parent = tables.get(column.references)
        if parent is None:
            message = f"references {column.references}, which no mapping makes"
            yield (*where, "references"), message, nearest(column.references, tables)
        elif len(parent.key_columns) != 1:
            message = f"{column.references} has a key of several columns"
            yield (*where, "references"), message, "only single-column keys can be referenced"
        else:
            wanted = parent.columns[parent.key_columns[0]].type
            if wanted != column.type:
                message = f"{name} is {column.type}, but the key of {column.references} is {wanted}"
                yield (*where, "type"), message, ""
