"""What an item must become: the verifier's own reading of docs/reference/mapping-language.md.

It shares nothing with the compiled path but the specification, so that a bug in either shows as a
difference between the two.
"""

from __future__ import annotations

from typing import Any

from migrate.mapping.path import text
from migrate.mapping.spec import Child, Mapping, Table
from migrate.validate.columns import column_reader
from migrate.validate.conditions import Attributes, condition_of
from migrate.validate.interpretation import (
    ChildTally,
    ElementRefusal,
    ExpectedRow,
    Interpretation,
    Key,
    Refusal,
)
from migrate.validate.known import known_in_elements, known_in_items
from migrate.validate.plain import check_shape
from migrate.validate.reader import BrokenLine, Item
from migrate.validate.refused import Attribute, Refused
from migrate.validate.sources import Scope, source_of, walk_of


def interpret(mapping: Mapping, item: Item) -> Interpretation:
    """One item by itself; for many, keep an `Interpreter`."""
    return Interpreter(mapping).interpret(item)


class Interpreter:
    """One mapping, prepared once, asked of many items."""

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self._tombstone = mapping.source.tombstone
        self._where = condition_of(mapping.source.where)
        self._known = known_in_items(mapping)
        self._tables = [_TableReading(table) for table in (mapping.root, *mapping.further)]
        self._children = [_ChildReading(mapping, child) for child in mapping.children]

    def interpret(self, item: Item) -> Interpretation:
        """Rows, tombstone, filtered or rejected. `item` is as boto3's client returns it."""
        if isinstance(item, BrokenLine):
            refusal = Refusal("unparsable", self.mapping.target, "", None)
            return Interpretation("rejected", refusal=refusal)
        try:
            check_shape(item)
            if self._is_tombstone(item):
                return Interpretation("tombstone")
            if self._where is not None and not self._where(item):
                return Interpretation("filtered")
            return self._rows(item)
        except Refused as refused:
            table = refused.table or self.mapping.target
            key = self._root_key(item) if refused.rule != "unparsable" else None
            refusal = Refusal(refused.rule, table, refused.column, key)
            return Interpretation("rejected", refusal=refusal)

    def _is_tombstone(self, item: Attributes) -> bool:
        mark = item.get(self._tombstone) if self._tombstone else None
        if mark is None or "NULL" in mark:
            return False
        if "BOOL" not in mark:
            raise Refused("type-mismatch")
        return bool(mark["BOOL"])

    def _rows(self, item: Attributes) -> Interpretation:
        unknown = self._unknown(item)
        scope = Scope(item, unknown)
        rows = [row for table in self._tables if (row := table.row_of_item(scope)) is not None]
        result = Interpretation("rows", rows=rows)
        for child in self._children:
            child.read(scope, result)
        return result

    def _unknown(self, item: Attributes) -> Attributes:
        if self.mapping.unknown == "leave":
            return {}
        unknown = self._known.unknown_in(item)
        if unknown and self.mapping.unknown == "reject":
            raise Refused("unknown-attribute")
        return unknown

    def _root_key(self, item: Attributes) -> Key | None:
        return self._tables[0].key_alone(Scope(item, {}))


class _TableReading:
    """The columns of one table, each with where its value comes from and how it is read."""

    def __init__(self, table: Table) -> None:
        self.target = table.target
        self._when = condition_of(table.when)
        self._columns = [
            (name, source_of(column.transform), column_reader(column))
            for name, column in table.columns.items()
        ]
        self._key_names = table.key_columns

    def row_of_item(self, scope: Scope) -> ExpectedRow | None:
        """The row, or None when the table's condition does not hold. Raises Refused."""
        return self.row(scope) if self.is_wanted(scope) else None

    def is_wanted(self, scope: Scope) -> bool:
        """Whether `when`, which is asked of the item, holds."""
        return self._when is None or self._when(scope.item)

    def row(self, scope: Scope, list_name: str | None = None) -> ExpectedRow:
        """The row of the item, or of the element that `scope` looks at. Raises Refused."""
        values: dict[str, str | None] = {}
        for name, source, read in self._columns:
            try:
                values[name] = read(source(scope))
            except Refused as refused:
                refused.table, refused.column = self.target, name
                raise
        key = tuple([values[name] or "" for name in self._key_names])
        position = None if list_name is None else scope.position
        return ExpectedRow(self.target, key, values, list_name, position)

    def key_alone(self, scope: Scope) -> Key | None:
        """The key that a refused row would have had, where it can be read."""
        try:
            found = {name: read(source(scope)) for name, source, read in self._columns_of_key()}
        except Refused:
            return None
        return tuple(found[name] or "" for name in self._key_names)

    def _columns_of_key(self) -> list[Any]:
        return [entry for entry in self._columns if entry[0] in self._key_names]


class _ChildReading:
    """One child list: every element is filtered, or a row, or bad."""

    def __init__(self, mapping: Mapping, child: Child) -> None:
        self._table = _TableReading(child)
        self._list = walk_of(child.list_path)
        self._list_name = text(child.list_path)
        self._where = condition_of(child.where)
        self._takes_scalars = child.takes_scalars
        self._known = None if mapping.unknown == "leave" else known_in_elements(child)
        self._refuses_item = child.bad_element == "item"

    def read(self, scope: Scope, result: Interpretation) -> None:
        """Add the list's rows, refusals and counts to `result`. Raises Refused for the item."""
        tally = ChildTally(self._list_name)
        result.children.append(tally)
        rows: list[ExpectedRow] = []
        for position, element in enumerate(self._elements(scope)):
            tally.read += 1
            scope.enter(element, position)
            try:
                row = self._row(scope, element)
            except Refused as refused:
                self._refuse(refused, scope, result)
                continue
            if row is None:
                tally.filtered += 1
            else:
                rows.append(row)
        good = self._without_duplicates(rows, result)
        result.rows.extend(good)
        tally.rows = len(good)
        tally.rejected = tally.read - tally.rows - tally.filtered

    def _elements(self, scope: Scope) -> list[Attribute]:
        try:
            attribute = self._list(scope.item)
        except Refused as refused:
            refused.table = self._table.target
            raise
        if attribute is None or "NULL" in attribute:
            return []
        if "L" not in attribute:
            raise Refused("type-mismatch", self._table.target)
        return list(attribute["L"])

    def _row(self, scope: Scope, element: Attribute) -> ExpectedRow | None:
        """None for a filtered element. Raises Refused for a bad one."""
        if "NULL" in element:
            raise Refused("null-element")
        if not self._takes_scalars and "M" not in element:
            raise Refused("type-mismatch")
        if self._where is not None and not self._where(scope.attributes):
            return None
        if self._known is not None and self._known.unknown_in(scope.attributes):
            raise Refused("unknown-attribute")
        return self._table.row(scope, self._list_name)

    def _refuse(self, refused: Refused, scope: Scope, result: Interpretation) -> None:
        refused.table = self._table.target
        if self._refuses_item:
            raise refused
        key = self._table.key_alone(scope)
        result.refused_elements.append(
            ElementRefusal(
                self._list_name, scope.position, refused.rule, refused.table, refused.column, key
            )
        )

    def _without_duplicates(
        self, rows: list[ExpectedRow], result: Interpretation
    ) -> list[ExpectedRow]:
        """The rows whose key no other element has; the others are bad elements, each of them."""
        times: dict[Key, int] = {}
        for row in rows:
            times[row.key] = times.get(row.key, 0) + 1
        if len(times) == len(rows):
            return rows
        if self._refuses_item:
            raise Refused("duplicate-element", self._table.target)
        for row in rows:
            if times[row.key] > 1:
                refusal = ElementRefusal(
                    self._list_name, row.position or 0, "duplicate-element", row.table, "", row.key
                )
                result.refused_elements.append(refusal)
        return [row for row in rows if times[row.key] == 1]
