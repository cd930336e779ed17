"""Compiles a mapping to one row function: an item in typed JSON to lines of COPY text.

The code of a table is generated once per mapping, so that no value pays for a decision that the
mapping already made. The verifier never imports this module.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from migrate.item import shape
from migrate.item.refusal import Refusal
from migrate.item.walk import first, walk
from migrate.mapping.child_rows import BadElement, ChildCounts, ChildList
from migrate.mapping.convert import converter
from migrate.mapping.filter import holds
from migrate.mapping.path import Path, text
from migrate.mapping.spec import Mapping, Table
from migrate.mapping.unknown import unknown_of_items

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class MappedItem:
    """The rows of one item. `lines[k]` are COPY lines, with their \\n, of `mapping.tables[k]`;
    `counts` and `bad` are one entry a child list."""

    lines: list[list[str]]
    counts: list[ChildCounts]
    bad: list[list[BadElement]]


@dataclass(frozen=True, slots=True)
class NoRows:
    """An item that makes no row by rule: a tombstone or a filtered one."""

    outcome: str


TOMBSTONE = NoRows("tombstones")
FILTERED = NoRows("filtered")


class RowFunction:
    """The compiled mapping. Call it with an item; it raises Refusal for a reject."""

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self.targets = [(table.target, tuple(table.columns)) for table in mapping.tables]
        self._tombstone = mapping.source.tombstone
        self._holds = holds(mapping.source.where)
        self._unknown = unknown_of_items(mapping)
        self._policy = mapping.unknown
        rows = [mapping.root, *mapping.further]
        self._tables = [(holds(table.when), generate(table)) for table in rows]
        self._children = [
            ChildList(child, generate(child), mapping.unknown) for child in mapping.children
        ]

    def __call__(self, item: Item) -> MappedItem | NoRows:
        """Raises Refusal, with the table and column where the rule broke."""
        shape.check(item)
        if self._tombstone and self._is_tombstone(item):
            return TOMBSTONE
        if self._holds is not None and not self._holds(item):
            return FILTERED
        unknown = {} if self._policy == "leave" else self._unknown(item)
        if unknown and self._policy == "reject":
            raise Refusal("unknown-attribute", next(iter(unknown)))
        lines: list[list[str]] = []
        for condition, row in self._tables:
            if condition is not None and not condition(item):
                lines.append([])
                continue
            lines.append([row(item, None, None, 0, unknown)[0]])
        counts, bad = [], []
        for child in self._children:
            rows = child.rows(item)
            lines.append(rows.lines)
            counts.append(rows.counts)
            bad.append(rows.bad)
        return MappedItem(lines, counts, bad)

    def _is_tombstone(self, item: Item) -> bool:
        mark = item.get(self._tombstone)  # type: ignore[arg-type]
        if mark is None:
            return False
        if "NULL" in mark:
            return False
        if "BOOL" not in mark:
            raise Refusal("type-mismatch", text((str(self._tombstone),)))
        return bool(mark["BOOL"])


RowCode = Callable[[Item, Any, Any, int, dict[str, Any]], tuple[str, tuple[str, ...]]]
"""(item, element's attributes, element, place, unknown) -> (COPY line, key texts)."""


class _Scope:
    """Names for generated code."""

    def __init__(self, *, in_child: bool) -> None:
        self.in_child = in_child
        self.names: dict[str, Any] = {"walk": walk, "first": first}

    def constant(self, value: Any) -> str:
        name = f"k{len(self.names)}"
        self.names[name] = value
        return name

    def attribute(self, variable: str, paths: tuple[Path, ...]) -> str:
        if len(paths) > 1:
            return f"first({variable}, {paths!r})"
        if len(paths[0]) > 1:
            return f"walk({variable}, {paths[0]!r})"
        return f"{variable}.get({paths[0][0]!r})"


def generate(table: Table) -> RowCode:
    """The row function of one table, for an item (or for an element of a child list)."""
    scope = _Scope(in_child=table.in_child)
    names = list(table.columns)
    body = ["def row(i, e, a, p, u):", "  c = 0", "  try:"]
    for place, column in enumerate(table.columns.values()):
        convert = scope.constant(converter(column))
        body.append(f"    c = {place}")
        body.append(f"    v{place} = {convert}({column.transform.compile(scope)})")
    values = "\\t".join(f"{{v{place}}}" for place in range(len(names)))
    keys = "".join(f"v{names.index(name)}, " for name in table.key_columns)
    body.append(f'    return f"{values}\\n", ({keys})')
    located = scope.constant(_locator(table))
    body.append(f"  except {scope.constant(Refusal)} as refusal:")
    body.append(f"    {located}(refusal, c)")
    body.append("    raise")
    exec("\n".join(body), scope.names)  # noqa: S102 - made of validated names and repr() only
    return scope.names["row"]  # type: ignore[no-any-return]


def _locator(table: Table) -> Callable[[Refusal, int], None]:
    columns = list(table.columns.items())
    in_child = table.in_child

    def locate(refusal: Refusal, place: int) -> None:
        refusal.table = table.target
        refusal.column, column = columns[place]
        if not refusal.attribute:
            paths = column.element_paths(in_child=in_child) or column.item_paths(in_child=in_child)
            refusal.attribute = text(paths[0]) if paths else ""

    return locate
