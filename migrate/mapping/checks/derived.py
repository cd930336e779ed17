"""When two derived ids, or two keys, can never be the same."""

from __future__ import annotations

from migrate.mapping.spec import Table
from migrate.mapping.transforms import DerivedId, FixedValue


def always_differ(first: DerivedId, second: DerivedId) -> bool:
    """Whether no items give both the same id: their names are JSON arrays of their parts."""
    if len(first.parts) != len(second.parts):
        return True
    return any(
        isinstance(one, str) and isinstance(other, str) and one != other
        for one, other in zip(first.parts, second.parts, strict=True)
    )


def keys_apart(first: Table, second: Table) -> bool:
    """Whether rows of both, whatever their items, never share a key."""
    for name in first.key_columns:
        if name not in second.columns:
            continue
        one, other = first.columns[name].transform, second.columns[name].transform
        if (
            isinstance(one, FixedValue)
            and isinstance(other, FixedValue)
            and repr(one.value) != repr(other.value)
        ):
            return True
        if (
            isinstance(one, DerivedId)
            and isinstance(other, DerivedId)
            and always_differ(one, other)
        ):
            return True
    return False


def has_derived_key(table: Table) -> bool:
    """Whether the key is made of derived ids and constants only."""
    return all(
        isinstance(table.columns[name].transform, DerivedId | FixedValue)
        for name in table.key_columns
    )
