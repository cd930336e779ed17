"""From raw items to a unit: the ordinary ones by the fast lane, the others by the complete path."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from migrate.item.decode import decoded
from migrate.item.refusal import Refusal
from migrate.ledger.commit import Bulk, LoadedItem, Unit
from migrate.ledger.rejects import Reject
from migrate.mapping.compile import TOMBSTONE, MappedItem, RowFunction
from migrate.mapping.key import item_key_text
from migrate.mapping.lane import FastLane
from migrate.mapping.path import text
from migrate.mapping.spec import Mapping, Table
from migrate.pipeline.part_reader import PartPage
from migrate.target.copy import encoded


class UnitMaker:
    """Maps the items of one model. `function` is the complete path, which alone rejects."""

    def __init__(self, mapping: Mapping) -> None:
        self.function = RowFunction(mapping)
        self._lane = FastLane(mapping)

    def new_unit(self) -> Unit:
        return new_unit(self.function)

    def take(self, unit: Unit, page: PartPage) -> None:
        """Map what a page holds into the unit."""
        unit.superseded += page.superseded
        unit.landed += page.landed
        unit.rejects += [self._broken(where, line) for where, line in page.broken]
        self._map(unit, page.items)

    def _map(self, unit: Unit, raws: Sequence[bytes]) -> None:
        mapped = self._lane.map_items(raws)
        unit.tombstones += mapped.tombstones
        unit.filtered += mapped.filtered
        if mapped.loaded:
            left = set(mapped.left)
            ordinary = [raw for n, raw in enumerate(raws) if n not in left] if left else list(raws)
            again = functools.partial(self._one_by_one, ordinary)
            # Encoded while they are in the processor's cache; an emoji makes a line of characters
            # four times as large as its bytes.
            lines = [encoded(one) for one in mapped.lines]
            unit.bulk.append(Bulk(lines, mapped.loaded, mapped.lists, again))
        for number in mapped.left:
            map_item(self.function, decoded(raws[number]), unit)

    def _broken(self, where: str, line: bytes) -> Reject:
        """The reject of a line that is no item, with its place."""
        body = line.decode(errors="surrogateescape")
        return item_reject(self.function, body, Refusal("unparsable"), where)

    def _one_by_one(self, raws: Sequence[bytes]) -> list[LoadedItem]:
        """The same items by the complete path; those without rows were counted already."""
        unit = self.new_unit()
        for raw in raws:
            map_item(self.function, decoded(raw), unit)
        assert not unit.rejects  # the lane takes only what the complete path takes
        return unit.items


def new_unit(function: RowFunction) -> Unit:
    """An empty unit of the function's model."""
    mapping = function.mapping
    keys = [tuple(table.key_columns) for table in mapping.tables]
    sorts = [_begins_with_random_key(table) for table in mapping.tables]
    return Unit(mapping.model, mapping.hash, function.targets, keys, sorts)


def _begins_with_random_key(table: Table) -> bool:
    """Whether sorted lines come in the order of the key, and the items did not already."""
    name, column = next(iter(table.columns.items()))
    return table.key_columns[:1] == [name] and column.type.name == "uuid"


def map_item(function: RowFunction, item: Any, unit: Unit) -> None:
    """Put one item where it belongs: rows, tombstone, filtered or reject."""
    try:
        if not isinstance(item, dict):
            raise Refusal("unparsable")
        mapped = function(item)
    except Refusal as refusal:
        unit.rejects.append(item_reject(function, item, refusal))
        return
    if isinstance(mapped, MappedItem):
        unit.items.append(loaded_item(function, item, mapped))
    elif mapped is TOMBSTONE:
        unit.tombstones += 1
    else:
        unit.filtered += 1


def item_reject(function: RowFunction, item: Any, refusal: Refusal, cause: str = "") -> Reject:
    """The reject of a whole item. `cause`: where it stands, for a line that is none."""
    return Reject(
        model=function.mapping.model,
        item_key=item_key_text(function.mapping, item) if isinstance(item, dict) else "{}",
        rule=refusal.rule,
        table=refusal.table,
        column=refusal.column,
        attribute=refusal.attribute,
        cause=cause,
        mapping_hash=function.mapping.hash,
        body=item,
    )


def loaded_item(function: RowFunction, item: dict[str, Any], mapped: MappedItem) -> LoadedItem:
    """An item with its rows, the account of its lists and its bad elements."""
    mapping = function.mapping
    key = item_key_text(mapping, item)
    lists: dict[str, tuple[int, int, int, int]] = {}
    bad: list[Reject] = []
    for child, counts, refused in zip(mapping.children, mapped.counts, mapped.bad, strict=True):
        name = text(child.list_path)
        before = lists.get(name, (0, 0, 0, 0))
        lists[name] = (
            before[0] + counts.read,
            before[1] + counts.rows,
            before[2] + counts.filtered,
            before[3] + counts.rejected,
        )
        bad += [
            Reject(
                mapping.model, key, one.refusal.rule, one.refusal.table, one.refusal.column,
                one.refusal.attribute, name, one.place, "", mapping.hash, one.element,
            )
            for one in refused
        ]  # fmt: skip
    return LoadedItem(key, item, mapped.lines, lists, bad)
