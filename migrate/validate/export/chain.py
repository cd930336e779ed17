"""A full export and the incremental ones after it, which must go on without a gap."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from migrate.errors import FixInputError
from migrate.validate.export.manifest import Export, read_export
from migrate.validate.export.store import Store


@dataclass(frozen=True, slots=True)
class Chain:
    """What describes a table at the end of its last export."""

    full: Export
    incrementals: tuple[Export, ...]


def read_chain(store: Store, description: dict[str, Any]) -> Chain:
    """`description`: {"full": {"location": …}, "incrementals": [{"location": …}, …]}, in order.

    Raises FixInputError when an export is not whole, or the chain has a gap.
    """
    full = read_export(store, description["full"]["location"], incremental=False)
    incrementals = tuple(
        read_export(store, one["location"], incremental=True)
        for one in description.get("incrementals") or ()
    )
    for before, after in pairwise((full, *incrementals)):
        _check_same_table(before, after)
        _check_no_gap(before, after, is_first=before is full)
    return Chain(full, incrementals)


def _check_same_table(before: Export, after: Export) -> None:
    if before.table_id != after.table_id:
        message = f"exports {before.location} and {after.location} are of different tables"
        raise FixInputError(message, "a table that was made anew needs a new full export")


def _check_no_gap(before: Export, after: Export, *, is_first: bool) -> None:
    """The first window may begin before the full export's time: its images are the newer ones."""
    if before.end is None or after.start is None:
        message = f"the manifests of {before.location} and {after.location} tell no times"
        raise FixInputError(message, "read the exports anew from where they were made")
    if after.start == before.end or (is_first and after.start < before.end):
        return
    message = (
        f"export {before.location} ends at {before.end.isoformat()},"
        f" but {after.location} starts at {after.start.isoformat()}"
    )
    raise FixInputError(message, "name every export of the chain, in order")
