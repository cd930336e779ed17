"""What a faithful migration of a sample counts: the loading path's row functions over all items,
then duplicates and orphans settled here in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from migrate.item import text
from migrate.item.refusal import Refusal
from migrate.mapping.compile import FILTERED, TOMBSTONE, MappedItem, NoRows, RowFunction
from migrate.mapping.files import load_mappings
from migrate.mapping.spec import Child, Column, Mapping, Table
from migrate.rehearse.sample.generate import Expected

MAPPINGS_FOLDER = Path(__file__).parents[2] / "mappings" / "hugmedo"


@cache
def mappings() -> dict[str, Mapping]:
    return {mapping.model: mapping for mapping in load_mappings(MAPPINGS_FOLDER)}


@cache
def functions() -> dict[str, RowFunction]:
    return {model: RowFunction(mapping) for model, mapping in mappings().items()}


def identity(mapping: Mapping, item: dict[str, Any]) -> tuple[str, ...]:
    """The item's DynamoDB key."""
    return tuple(item[name]["S"] for name in mapping.source.key)


def outcome(model: str, item: dict[str, Any]) -> MappedItem | NoRows | Refusal:
    """What the loading path makes of one item."""
    try:
        return functions()[model](item)
    except Refusal as refusal:
        return refusal


@dataclass
class Row:
    """A row that is still in the target, and whose it is. Values are COPY's, None for NULL."""

    model: str
    owner: tuple[str, ...]
    table: Table
    values: dict[str, str | None]

    @property
    def key(self) -> tuple[str | None, ...]:
        return tuple(self.values[name] for name in self.table.key_columns)


@dataclass
class Judge:
    """Counts outcomes item by item; `finish` settles duplicates, then orphans."""

    counts: Expected = field(default_factory=Expected)
    nulled: Counter[str] = field(default_factory=Counter)
    rows: list[Row] = field(default_factory=list)

    def take(self, model: str, item: dict[str, Any]) -> None:
        self.counts.items[model] += 1
        found = outcome(model, item)
        if found is TOMBSTONE:
            self.counts.tombstones[model] += 1
        elif found is FILTERED:
            self.counts.filtered[model] += 1
        elif isinstance(found, Refusal):
            self.counts.rejected[model, found.rule] += 1
        elif isinstance(found, MappedItem):
            self._keep(model, item, found)

    def _keep(self, model: str, item: dict[str, Any], found: MappedItem) -> None:
        mapping = mappings()[model]
        owner = identity(mapping, item)
        for table, lines in zip(mapping.tables, found.lines, strict=True):
            for line in lines:
                cells = line[:-1].split("\t")
                values = [None if cell == text.NULL else text.unescaped(cell) for cell in cells]
                named = dict(zip(table.columns, values, strict=True))
                self.rows.append(Row(model, owner, table, named))
        for bad in found.bad:
            for element in bad:
                self.counts.bad_elements[model, element.refusal.rule] += 1

    def finish(self) -> Expected:
        self._reject_duplicates()
        while self._reject_orphans():
            pass
        return self.counts

    def _reject_duplicates(self) -> None:
        sharing: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
        for row in self.rows:
            for name, column in row.table.columns.items():
                value = row.values[name]
                if column.unique and value is not None:
                    sharing[row.table.target, name, value].append(row)
        refused: list[Row] = []
        for rows in sharing.values():
            if len(rows) > 1:
                refused += self._losers(rows)
        self._remove(refused, "duplicate")

    def _losers(self, rows: list[Row]) -> list[Row]:
        policy = mappings()[rows[0].model].duplicates
        if policy == "reject-all":
            return rows
        column = policy.column
        return sorted(rows, key=lambda row: (row.values[column] or "", row.key))[1:]

    def _reject_orphans(self) -> bool:
        present = defaultdict(set)
        for row in self.rows:
            present[row.table.target].add(row.key)
        refused = []
        for row in self.rows:
            for name, column in row.table.columns.items():
                value = row.values[name]
                if column.references is None or value is None:
                    continue
                if (value,) in present[column.references]:
                    continue
                if self._policy(row, column) == "null":
                    row.values[name] = None
                    self.nulled[row.model] += 1
                else:
                    refused.append(row)
        self._remove(refused, "orphan")
        return bool(refused)

    def _policy(self, row: Row, column: Column) -> str:
        return column.orphans or mappings()[row.model].orphans

    def _remove(self, refused: Iterable[Row], rule: str) -> None:
        items, elements = set(), set()
        for row in refused:
            if isinstance(row.table, Child) and row.table.bad_element == "element":
                elements.add((row.table.target, row.key))
                continue
            items.add((row.model, row.owner))
        for model, _ in items:
            self.counts.rejected[model, rule] += 1
        kept = [row for row in self.rows if (row.model, row.owner) not in items]
        gone = {(row.table.target, row.key): row.model for row in kept}
        for element in elements:
            if element in gone:  # else it went with its item
                self.counts.bad_elements[gone[element], rule] += 1
        self.rows = [row for row in kept if (row.table.target, row.key) not in elements]
