"""One item through the compiled path and through the independent interpreter, in one form."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

from migrate.item.refusal import Refusal
from migrate.mapping.child_rows import BadElement
from migrate.mapping.column_type import ColumnType
from migrate.mapping.compile import TOMBSTONE, MappedItem, RowFunction
from migrate.mapping.path import text
from migrate.mapping.spec import Mapping
from migrate.validate.canonical import canonical_of
from migrate.validate.interpret import Interpreter
from tests.mapping import copy_text

Row = tuple[str, dict[str, str | None]]


@dataclass
class Outcome:
    """What became of an item. Values of rows are canonical texts, None for SQL NULL."""

    kind: str
    rule: str = ""
    at: str = ""
    """`table.column` of the broken rule; the column is empty for rules of the item itself."""
    rows: list[Row] = field(default_factory=list)
    children: list[list[Any]] = field(default_factory=list)
    """[list, read, rows, filtered, rejected] of each entry of `children`."""
    bad_elements: list[list[Any]] = field(default_factory=list)
    """[list, position, rule, table.column], in order of list and position."""


def mapped(function: RowFunction, item: Any) -> MappedItem | Outcome:
    """The compiled path's own answer, or the outcome without rows that it stands for."""
    try:
        found = function(item)
    except Refusal as refusal:
        table = refusal.table or function.mapping.target
        return Outcome("rejected", refusal.rule, f"{table}.{refusal.column}")
    if isinstance(found, MappedItem):
        return found
    return Outcome("tombstone" if found is TOMBSTONE else "filtered")


def compiled(function: RowFunction, item: Any) -> Outcome:
    """The compiled path, its COPY text read back without a server."""
    found = mapped(function, item)
    if isinstance(found, Outcome):
        return found
    rows: list[Row] = []
    for table, lines in zip(function.mapping.tables, found.lines, strict=True):
        types = {name: column.type for name, column in table.columns.items()}
        rows += [(table.target, canonical_row(types, copy_text.fields(line))) for line in lines]
    return with_lists(function.mapping, found, rows)


def with_lists(mapping: Mapping, found: MappedItem, rows: list[Row]) -> Outcome:
    """The outcome of a mapped item whose rows were read back."""
    children, bad_elements = [], []
    for child, counts, bad in zip(mapping.children, found.counts, found.bad, strict=True):
        name = text(child.list_path)
        children.append([name, counts.read, counts.rows, counts.filtered, counts.rejected])
        bad_elements += [_bad_element(name, one) for one in bad]
    return Outcome("rows", rows=rows, children=children, bad_elements=bad_elements)


def _bad_element(name: str, one: BadElement) -> list[Any]:
    return [name, one.place, one.refusal.rule, f"{one.refusal.table}.{one.refusal.column}"]


def canonical_row(types: dict[str, ColumnType], texts: list[str | None]) -> dict[str, str | None]:
    """Canonical texts of one row of COPY's (or PostgreSQL's own) texts."""
    return {
        name: None if one is None else canonical(column_type, one)
        for (name, column_type), one in zip(types.items(), texts, strict=True)
    }


def canonical(column_type: ColumnType, value: str) -> str:
    """The verifier's canonical form of PostgreSQL's text of a value."""
    fetched: Any = copy_text.elements(value) if column_type.is_array else value
    return canonical_of(column_type)(fetched)


def interpreted(interpreter: Interpreter, item: Any) -> Outcome:
    """The independent reading."""
    found = interpreter.interpret(_as_boto3(item))
    if found.refusal is not None:
        place = f"{found.refusal.table}.{found.refusal.column}"
        return Outcome("rejected", found.refusal.rule, place)
    children = [[c.list, c.read, c.rows, c.filtered, c.rejected] for c in found.children]
    bad: list[list[Any]] = [
        [e.list, e.position, e.rule, f"{e.table}.{e.column}"] for e in found.refused_elements
    ]
    order = {str(name): place for place, (name, *_) in enumerate(children)}
    # Two entries of `children` may read one list; their bad elements stay apart by table.
    bad.sort(key=lambda one: (order[one[0]], one[3].rpartition(".")[0], one[1]))
    return Outcome(found.outcome, "", "", [(r.table, r.values) for r in found.rows], children, bad)


def _as_boto3(attribute: Any) -> Any:
    """Typed JSON with B and BS as bytes, as boto3's client returns it."""
    if not isinstance(attribute, dict):
        return attribute
    return {name: _attribute(value) for name, value in attribute.items()}


def _attribute(attribute: Any) -> Any:
    if not isinstance(attribute, dict) or len(attribute) != 1:
        return attribute
    ((kind, value),) = attribute.items()
    if kind == "B":
        return {kind: base64.b64decode(value)}
    if kind == "BS":
        return {kind: [base64.b64decode(one) for one in value]}
    if kind == "M":
        return {kind: _as_boto3(value)}
    if kind == "L" and isinstance(value, list):
        return {kind: [_attribute(one) for one in value]}
    return attribute
