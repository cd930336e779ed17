"""Child lists: what stands in them only, and what each of them needs."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.mapping.checks.places import Finding, children_at, columns_at
from migrate.mapping.owner import owner_columns
from migrate.mapping.spec import Mapping
from migrate.mapping.transforms import DerivedId, Rest
from migrate.mapping.transforms.derived_id import AttributePart


def check(mapping: Mapping) -> Iterator[Finding]:
    """Sources in their place; every child row names its item; every list is read."""
    yield from _sources_in_place(mapping)
    for where, child in children_at(mapping):
        if owner_columns(mapping, child) is None:
            yield (
                (*where, "target"),
                f"no column of {child.target} holds the key of the item its rows belong to",
                f"add a column with parent: {mapping.source.key[0]}",
            )
        if child.takes_scalars and not child.takes_whole:
            yield (
                (*where, "list"),
                f"no column of {child.target} takes anything from the elements of the list",
                "add from: NAME for maps, or element: true for scalars",
            )


def _sources_in_place(mapping: Mapping) -> Iterator[Finding]:
    for where, table, _, column in columns_at(mapping):
        parts = column.transform.parts if isinstance(column.transform, DerivedId) else ()
        needs_list = column.transform.child_only or any(
            not isinstance(part, str | AttributePart) for part in parts
        )
        if needs_list and not table.in_child:
            yield where, "parent, position and element stand inside children only", ""
        if isinstance(column.transform, Rest) and table.target != mapping.target:
            message = "rest: true stands in the first table only"
            yield where, message, f"put it into the columns of {mapping.target}"
