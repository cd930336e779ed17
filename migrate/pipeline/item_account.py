"""What the ledger counts for the child lists of one loaded item: its rows, and its open rejects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from migrate.ledger.rejects import Reject
from migrate.ledger.units import Counts, ListCounts
from migrate.mapping.path import text
from migrate.pipeline.model import Model
from migrate.target import rows
from migrate.target.connection import Connection


def take_lists(
    connection: Connection,
    model: Model,
    item: dict[str, Any],
    held: Sequence[Reject],
    counts: Counts,
) -> None:
    """Take the lists of a loaded item out of the account. Asked before its rows are removed.

    The rows that stand in the target and the open rejects say what was counted; the item's image
    may have changed since, and may not even map any more.
    """
    for name, one in _lists(connection, model, item, held).items():
        lists = counts.of_list(name)
        lists.read -= one.rows + one.filtered + one.rejected
        lists.rows -= one.rows
        lists.filtered -= one.filtered
        lists.rejected -= one.rejected


def _lists(
    connection: Connection, model: Model, item: dict[str, Any], held: Sequence[Reject]
) -> dict[str, ListCounts]:
    children = model.mapping.children
    owned = model.locator.rows_of(item)[len(model.mapping.tables) - len(children) :]
    mapped = model.mapped(item)
    found: dict[str, ListCounts] = {}
    counted: set[str] = set()
    for place, (child, (target, owners, texts)) in enumerate(zip(children, owned, strict=True)):
        one = found.setdefault(text(child.list_path), ListCounts())
        if mapped is not None:
            one.filtered += mapped.counts[place].filtered
        if target not in counted:  # lists that share a table cannot be told apart by their rows
            one.rows += rows.count(connection, target, owners, texts)
        counted.add(target)
    for reject in held:
        if reject.list is not None:
            found[reject.list].rejected += 1
    return found
