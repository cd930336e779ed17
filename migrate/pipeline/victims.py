"""From a row that breaks a rule back to its item, and the item's way out of the target."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from migrate.item import text as item_text
from migrate.item.refusal import Refusal
from migrate.item.walk import walk
from migrate.ledger import rejects, units
from migrate.ledger.rejects import Reject
from migrate.ledger.units import Counts
from migrate.mapping.compile import generate
from migrate.mapping.key import item_key_text
from migrate.mapping.locate import item_key, key_holders
from migrate.mapping.path import text
from migrate.mapping.spec import Child, Mapping, Table
from migrate.pipeline.item_account import take_lists
from migrate.pipeline.job import Job
from migrate.pipeline.model import Model
from migrate.pipeline.source_items import SourceItems
from migrate.target import rows
from migrate.target.connection import Connection

KeyTexts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Broken:
    """Why rows must go: the rule, where, and what else led to it."""

    rule: str
    table: str
    column: str
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Victims:
    """Items behind rows that must go, with the keys of those rows in `table`. `gone`: keys of rows
    that must go too, and that no item makes any more."""

    model: Model
    table: Table
    broken: Broken
    items: list[dict[str, Any]]
    keys: set[KeyTexts]
    gone: Sequence[KeyTexts] = ()


class Finder:
    """Finds the items behind rows: by their key where the row holds it, else by a pass over all
    items."""

    def __init__(self, job: Job, run_id: str, model: Model, connection: Connection) -> None:
        self._model = model
        self._source = SourceItems(job, run_id, model.mapping, connection)
        self._without: set[str] = set()

    def shown(self, table: Table) -> list[str]:
        """The columns whose texts `items` wants: the row's key, then what holds the item's."""
        return [*table.key_columns, *(key_holders(self._model.mapping, table) or [])]

    def items(
        self, table: Table, found: Sequence[KeyTexts], without: Collection[str] = ()
    ) -> tuple[list[dict[str, Any]], list[KeyTexts]]:
        """(the items behind these rows, each once; keys of rows that no item makes any more).

        `without` are item keys that are rejects already: they make a row's key, not the row.
        """
        self._without = set(without)
        wanted = {row[: len(table.key_columns)] for row in found}
        items: dict[str, dict[str, Any]] = {}
        for row in found:
            item = self._by_key(table, row)
            if item is not None:
                self._take(table, item, wanted, items)
        if wanted:
            self._by_scan(table, wanted, items)
        return list(items.values()), sorted(wanted)

    def _by_key(self, table: Table, row: KeyTexts) -> dict[str, Any] | None:
        texts = row[len(table.key_columns) :]
        if not texts or not self._source.is_table:
            return None
        return self._source.by_key(item_key(self._model.mapping, table, texts))

    def _by_scan(
        self, table: Table, wanted: set[KeyTexts], items: dict[str, dict[str, Any]]
    ) -> None:
        for page in self._source.pages():
            for item in page:
                self._take(table, item, wanted, items)
            if not wanted:
                return

    def _take(
        self,
        table: Table,
        item: dict[str, Any],
        wanted: set[KeyTexts],
        items: dict[str, dict[str, Any]],
    ) -> None:
        key = item_key_text(self._model.mapping, item)
        made = row_keys(self._model, table, item)
        if key not in self._without and not made.isdisjoint(wanted):
            wanted -= made
            items[key] = item


def row_keys(model: Model, table: Table, item: dict[str, Any]) -> set[KeyTexts]:
    """The keys of the rows that an item makes in `table`."""
    mapped = model.mapped(item)
    if mapped is None:
        return set()
    columns = list(table.columns)
    at = [columns.index(name) for name in table.key_columns]
    rows_made = [line[:-1].split("\t") for line in mapped.lines[model.mapping.tables.index(table)]]
    return {tuple(item_text.unescaped(values[i]) for i in at) for values in rows_made}


def reject(
    connection: Connection, run_id: str, victims: Victims, gone: set[tuple[str, str]]
) -> int:
    """Move items, or single elements, to the rejects, inside the caller's transaction.

    `gone` are (model, item key) that went before in it; items that go now are added. Returns
    how many moved.
    """
    model, table, broken = victims.model, victims.table, victims.broken
    keyed = [(item_key_text(model.mapping, item), item) for item in victims.items]
    left = {key: item for key, item in keyed if (model.mapping.model, key) not in gone}
    owners = [(name, table.columns[name]) for name in table.key_columns]
    rows.remove(connection, table.target, owners, list(victims.gone))
    if isinstance(table, Child) and table.bad_element == "element":
        items = list(left.values())
        return _reject_elements(connection, run_id, model, table, items, victims.keys, broken)
    gone.update((model.mapping.model, key) for key in left)
    return _reject_items(connection, run_id, model, left, broken)


def _reject_items(
    connection: Connection,
    run_id: str,
    model: Model,
    items: dict[str, dict[str, Any]],
    broken: Broken,
) -> int:
    """Move loaded items, by item key, to the rejects."""
    mapping = model.mapping
    counts = Counts(loaded=-len(items), rejected=len(items))
    elements = _close_element_rejects(connection, run_id, mapping, list(items))
    for key, item in items.items():
        take_lists(connection, model, item, elements.get(key, []), counts)
        for target, owners, texts in reversed(model.locator.rows_of(item)):
            counts.rows -= rows.remove(connection, target, owners, [texts])
    stored = [
        Reject(
            mapping.model, key, broken.rule, broken.table, broken.column,
            cause=broken.cause, mapping_hash=mapping.hash, body=item,
        )
        for key, item in items.items()
    ]  # fmt: skip
    rejects.add(connection, run_id, stored)
    units.add(connection, run_id, "finalise", mapping.model, counts)
    return len(items)


def _close_element_rejects(
    connection: Connection, run_id: str, mapping: Mapping, keys: list[str]
) -> dict[str, list[Reject]]:
    """Elements of an item that is rejected whole went with it. Returns them by item key."""
    open_ones = rejects.open_rejects(connection, run_id, model=mapping.model, item_keys=keys)
    rejects.close(connection, [one.reject_id for one in open_ones], "superseded")
    by_item: dict[str, list[Reject]] = {}
    for one in open_ones:
        by_item.setdefault(one.item_key, []).append(one)
    return by_item


def _reject_elements(
    connection: Connection,
    run_id: str,
    model: Model,
    child: Child,
    items: Sequence[dict[str, Any]],
    bad_keys: set[KeyTexts],
    broken: Broken,
) -> int:
    """Move single elements to the rejects; their items stay. Returns how many."""
    mapping = model.mapping
    counts = Counts()
    lists = counts.of_list(text(child.list_path))
    stored: list[Reject] = []
    owners = [(name, child.columns[name]) for name in child.key_columns]
    for item in items:
        for place, element, key in elements_of(child, item):
            if key not in bad_keys:
                continue
            removed = rows.remove(connection, child.target, owners, [key])
            if not removed:  # it went for another rule
                continue
            counts.rows -= removed
            lists.rows -= removed
            lists.rejected += removed
            stored.append(
                Reject(
                    mapping.model, item_key_text(mapping, item), broken.rule, broken.table,
                    broken.column, "", text(child.list_path), place, broken.cause,
                    mapping.hash, element,
                )
            )  # fmt: skip
    rejects.add(connection, run_id, stored)
    units.add(connection, run_id, "finalise", mapping.model, counts)
    return len(stored)


def elements_of(child: Child, item: dict[str, Any]) -> list[tuple[int, Any, KeyTexts]]:
    """The elements that can make a row, with their places and keys."""
    row = generate(child)
    found: list[tuple[int, Any, KeyTexts]] = []
    listed = walk(item, child.list_path) or {}
    for place, element in enumerate(listed.get("L", [])):
        try:
            attributes = element.get("M", {}) if isinstance(element, dict) else {}
            _, key = row(item, attributes, element, place, {})
        except Refusal:
            continue
        found.append((place, element, tuple(item_text.unescaped(one) for one in key)))
    return found
