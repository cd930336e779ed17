"""Commits a unit: its rows, rejects, counts and position in one PostgreSQL transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import psycopg

from migrate.ledger import changes, parts, units
from migrate.ledger import rejects as reject_table
from migrate.ledger.changes import ExportedChange
from migrate.ledger.parts import Claim
from migrate.ledger.rejects import Reject
from migrate.ledger.units import Cost, Counts
from migrate.mapping.locate import OwnedRows
from migrate.target import rows as target_rows
from migrate.target.connection import Connection, of_postgres
from migrate.target.copy import copy_encoded, encoded, upsert_lines

TargetColumns = tuple[str, tuple[str, ...]]
"""(schema.table, its columns in the order of the lines)."""


class LeaseLostError(Exception):
    """Somebody else holds the part now; nothing was written."""


@dataclass(frozen=True, slots=True)
class LoadedItem:
    """An item with its rows: `lines[k]` are COPY lines of the k-th target of the unit.

    `lists` are its elements by list name, `bad` its element rejects."""

    item_key: str
    body: Any
    lines: Sequence[Sequence[str]]
    lists: dict[str, tuple[int, int, int, int]] = field(default_factory=dict)
    bad: Sequence[Reject] = ()

    @property
    def rows(self) -> int:
        """How many rows it makes, over all tables."""
        return sum(len(lines) for lines in self.lines)


@dataclass(slots=True)
class Bulk:
    """Ordinary items, mapped together: `lines[k]` are the encoded COPY lines of the unit's k-th
    target.

    `one_by_one` maps the same items again, each with its own rows: needed only when PostgreSQL
    refuses a row of them."""

    lines: Sequence[Sequence[bytes]]
    loaded: int
    lists: dict[str, tuple[int, int, int, int]]
    one_by_one: Callable[[], list[LoadedItem]]


@dataclass(slots=True)
class Unit:
    """A piece of work to commit whole. `sorts[k]`: the lines of the k-th target begin with a key
    that comes in no order. Sorted, neighbours meet in the same page of the key's index, which saves
    PostgreSQL a seventh of its time; the order of rows means nothing."""

    model: str
    mapping_hash: str
    targets: Sequence[TargetColumns]
    keys: Sequence[tuple[str, ...]]
    sorts: Sequence[bool] = ()
    bulk: list[Bulk] = field(default_factory=list)
    items: list[LoadedItem] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    tombstones: int = 0
    filtered: int = 0
    superseded: int = 0
    landed: list[ExportedChange] = field(default_factory=list)
    """Changes of an incremental export, to be read as items once all of them have landed."""

    @property
    def counts(self) -> Counts:
        """The unit's account; it balances by construction, and the ledger checks it again."""
        counts = Counts(
            loaded=len(self.items) + sum(one.loaded for one in self.bulk),
            tombstones=self.tombstones,
            filtered=self.filtered,
            rejected=len(self.rejects),
            rows=sum(item.rows for item in self.items)
            + sum(len(lines) for one in self.bulk for lines in one.lines),
            superseded=self.superseded,
        )
        counts.read = counts.loaded + counts.tombstones + counts.filtered + counts.rejected
        counted = [*(one.lists for one in self.items), *(one.lists for one in self.bulk)]
        for lists in counted:
            for name, (read, rows, filtered, rejected) in lists.items():
                one = counts.of_list(name)
                one.read += read
                one.rows += rows
                one.filtered += filtered
                one.rejected += rejected
        return counts

    def take_apart(self) -> None:
        """Give each item of the bulk its own rows."""
        apart = [item for one in self.bulk for item in one.one_by_one()]
        self.items = [*apart, *self.items]
        self.bulk = []


def commit_unit(
    connection: Connection,
    claim: Claim,
    unit: Unit,
    number: int,
    position: dict[str, Any] | None,
    cost: Callable[[], Cost],
) -> Counts:
    """Commit one unit of a part. Returns its counts. `cost` is asked when its rows are written.

    Raises LeaseLostError; the errors of `migrate.target.connection.of_postgres` otherwise.
    """
    try:
        with connection.transaction():
            write(connection, unit)
            counts = unit.counts
            stored = [*unit.rejects, *(bad for item in unit.items for bad in item.bad)]
            if stored:
                reject_table.add(connection, claim.run_id, stored)
            if unit.landed:
                changes.land(connection, claim.run_id, claim.model, unit.landed)
            if not parts.advance(connection, claim, number, position):
                raise LeaseLostError
            at = (claim.part, number)
            units.add(connection, claim.run_id, "load", claim.model, counts, cost(), at)
        return counts
    except psycopg.Error as error:
        what = f"unit {number} of {claim.model} part {claim.part}"
        raise of_postgres(error, what) from None


def write(connection: Connection, unit: Unit) -> None:
    """Write a unit's rows inside the caller's transaction.

    When PostgreSQL refuses a row, the items at fault are found by halving, and become rejects of
    the unit: one bad item never stops a run, and costs a few COPYs, not one an item.
    """
    if not _stand_whole(connection, unit, unit.items, unit.bulk):
        unit.take_apart()
        judged = _Judged([], [])
        _write_halves(connection, unit, unit.items, judged)
        # Only now: an attempt that fails half way is made again with all its items.
        unit.items = judged.kept
        unit.rejects += judged.refused


class _Judged(NamedTuple):
    kept: list[LoadedItem]
    refused: list[Reject]


def _write_halves(
    connection: Connection, unit: Unit, items: Sequence[LoadedItem], judged: _Judged
) -> None:
    """Write both halves, each whole where it can be; the first of two that clash stands."""
    for half in (items[: len(items) // 2], items[len(items) // 2 :]):
        if len(half) == 1:
            refused = write_item(connection, unit, half[0])
            if refused is None:
                judged.kept.append(half[0])
            else:
                judged.refused.append(refused)
        elif half and _stand_whole(connection, unit, half):
            judged.kept.extend(half)
        elif half:
            _write_halves(connection, unit, half, judged)


def _stand_whole(
    connection: Connection, unit: Unit, items: Sequence[LoadedItem], bulk: Sequence[Bulk] = ()
) -> bool:
    """Write all of them, or none. False: PostgreSQL refuses a row."""
    try:
        _copy(connection, unit, items, bulk)
        return True
    except (psycopg.IntegrityError, psycopg.DataError):
        return False


def _copy(
    connection: Connection, unit: Unit, items: Sequence[LoadedItem], bulk: Sequence[Bulk] = ()
) -> None:
    """Copy the rows of all of them under one savepoint. Raises psycopg's errors."""
    with connection.transaction(), connection.cursor() as cursor:
        for place, (table, columns) in enumerate(unit.targets):
            lines = [line for one in bulk for line in one.lines[place]]
            lines += encoded([line for one in items for line in one.lines[place]])
            if unit.sorts and unit.sorts[place]:
                lines.sort()
            if lines:
                copy_encoded(cursor, table, columns, lines)


def write_item(connection: Connection, unit: Unit, item: LoadedItem) -> Reject | None:
    """Write one item's rows under a savepoint; the reject when PostgreSQL refuses one."""
    try:
        _copy(connection, unit, [item])
        return None
    except (psycopg.IntegrityError, psycopg.DataError) as error:
        return _refused(connection, unit, item, error)


def replace_item(
    connection: Connection, unit: Unit, item: LoadedItem, owned: Sequence[OwnedRows]
) -> int | Reject:
    """Write one item over the rows it has, under a savepoint. Returns the change in rows.

    Rows that stand for the item are updated, because others may refer to them; rows of child
    lists, and rows the item no longer makes, are replaced.
    """
    try:
        change = 0
        with connection.transaction(), connection.cursor() as cursor:
            for place, (table, owners, texts) in reversed(list(enumerate(owned))):
                lines = item.lines[place]
                is_row = len(lines) == 1 and unit.keys[place] == tuple(name for name, _ in owners)
                if not is_row:
                    change -= target_rows.remove(connection, table, owners, [texts])
            for place, (table, columns) in enumerate(unit.targets):
                if item.lines[place]:
                    key, lines = unit.keys[place], item.lines[place]
                    change += upsert_lines(cursor, table, columns, key, lines)
        return change
    except (psycopg.IntegrityError, psycopg.DataError) as error:
        return _refused(connection, unit, item, error)


def remove_item(connection: Connection, owned: Sequence[OwnedRows]) -> int:
    """Delete an item's rows, child rows first. Raises StillReferencedError."""
    return sum(
        target_rows.remove(connection, table, owners, [texts])
        for table, owners, texts in reversed(owned)
    )


def _refused(connection: Connection, unit: Unit, item: LoadedItem, error: psycopg.Error) -> Reject:
    diagnosis = error.diag
    table = ".".join(name for name in (diagnosis.schema_name, diagnosis.table_name) if name)
    return Reject(
        model=unit.model,
        item_key=item.item_key,
        rule=_rule(connection, error),
        table=table,
        column=diagnosis.column_name or "",
        cause=diagnosis.constraint_name or f"PostgreSQL {error.sqlstate}",
        mapping_hash=unit.mapping_hash,
        body=item.body,
    )


def _rule(connection: Connection, error: psycopg.Error) -> str:
    if error.sqlstate == "23503":
        return "orphan"
    if error.sqlstate == "23505":
        row = connection.execute(
            "select k.contype = 'p' from pg_constraint k join pg_namespace n"
            " on n.oid = k.connamespace where k.conname = %s and n.nspname = %s",
            [error.diag.constraint_name, error.diag.schema_name],
        ).fetchone()
        return "key-clash" if row and row[0] else "duplicate"
    return "refused-by-target"
