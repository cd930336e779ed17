"""References: the table is made, its key is one column of the same type, and can be met."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from migrate.errors import Problem
from migrate.mapping.checks.derived import always_differ
from migrate.mapping.checks.places import Finding, Where, columns_at
from migrate.mapping.checks.shared_tables import Entry, entries
from migrate.mapping.spec import Column, Mapping
from migrate.mapping.transforms import DerivedId, Element, FromAttribute, FromParent
from migrate.yaml_source import Document, nearest


def problems(
    files: Sequence[tuple[Mapping, Document]], unread: Collection[str] | None
) -> Iterator[Problem]:
    """`unread` are tables of files that have problems of their own; None: of any name."""
    made = entries(files)
    for mapping, document in files:
        for where, _, name, column in columns_at(mapping):
            if column.references is None:
                continue
            parents = made.get(column.references, [])
            if parents or (unread is not None and column.references not in unread):
                for finding in _findings(where, name, column, parents, made):
                    yield document.problem(*finding)


def _findings(
    where: Where, name: str, column: Column, parents: list[Entry], made: Collection[str]
) -> Iterator[Finding]:
    at, target = (*where, "references"), column.references
    if not parents:
        hint = nearest(str(target), made)
        yield at, f"references {target}, which no mapping makes", hint
        return
    keys = parents[0].table.key_columns
    if len(keys) != 1:
        message = f"{target} has a key of several columns"
        yield at, message, "only single-column keys can be referenced"
        return
    wanted = parents[0].table.columns[keys[0]].type
    if wanted != column.type:
        message = f"{name} is {column.type}, but the key of {target} is {wanted}"
        yield (*where, "type"), message, ""
    message = _never_met(column, [parent.table.columns[keys[0]] for parent in parents])
    if message:
        yield at, f"no row of {target} can be met: {message}", "every row would be an orphan"


def _never_met(column: Column, keys: list[Column]) -> str:
    """Why no value of the column is one of the keys; empty when some may be."""
    transform = column.transform
    derived = [key.transform for key in keys if isinstance(key.transform, DerivedId)]
    is_attribute = isinstance(transform, FromAttribute | FromParent | Element)
    if is_attribute and len(derived) == len(keys):
        return "its keys are derived ids, which no attribute holds"
    if not isinstance(transform, DerivedId):
        return ""
    if all(isinstance(key.transform, FromAttribute | FromParent) for key in keys):
        return "its keys are attributes, not derived ids"
    if len(derived) == len(keys) and all(always_differ(transform, key) for key in derived):
        return "its keys are derived from other parts"
    return ""
