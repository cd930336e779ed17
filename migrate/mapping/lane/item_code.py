"""The generated function of one mapping: an ordinary item to its lines, or what it is instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from migrate.item.shape import check
from migrate.item.walk import path_text
from migrate.mapping.lane.children import ChildCode
from migrate.mapping.lane.code import Code
from migrate.mapping.lane.conditions import check_elements, check_unchecked, condition_code
from migrate.mapping.lane.json_memory import JsonMemory
from migrate.mapping.lane.rows import RowCode
from migrate.mapping.lane.typed import TypedReader
from migrate.mapping.lane.untyped import UntypedReader
from migrate.mapping.lane.wants import Wants
from migrate.mapping.path import text
from migrate.mapping.spec import Mapping

Lists = dict[str, tuple[int, int, int, int]]
ItemCode = Callable[[Any, list[list[str]], Lists], int]
"""(decoded item, lines by table, list counts) -> LOADED, TOMBSTONE or FILTERED. It adds to the
lines and the counts, unless it raises: then it has added nothing."""

LOADED, TOMBSTONE, FILTERED = 0, 1, 2


def item_code(
    mapping: Mapping,
    wants: Wants,
    source: Literal["typed", "untyped"],
    *,
    is_careful: bool,
    memory: JsonMemory | None = None,
) -> ItemCode:
    """The function for items as the source's decoder gives them. `memory` as in `Code`."""
    code = Code(is_careful=is_careful, memory=memory)
    with code.inside("def item(d, out, lists):"):
        reader = _read(code, mapping, wants, source)
        _outcomes(code, mapping, wants, source)
        row = RowCode(code, wants.item, None)
        appends = _tables(code, mapping, row, wants)
        writer = ChildCode(code, mapping, row, wants.item, reader)
        child_appends, counts = _children(mapping, wants, writer)
        for statement in [*appends, *child_appends]:
            code.line(statement)
        for name, values in counts:
            code.line(f"{code.constant(_add)}(lists, {name!r}, {values})")
        code.line(f"return {LOADED}")
    return code.function("item")


def _read(code: Code, mapping: Mapping, wants: Wants, source: str) -> TypedReader | UntypedReader:
    if source == "typed":
        typed = TypedReader(code)
        typed.read(wants.item, "d")
        if mapping.unknown == "keep":
            code.line("u = {}")
        return typed
    untyped = UntypedReader(code, mapping.unknown)
    if mapping.unknown == "keep":
        untyped.read_known(wants.item, "d")
        code.line(f"u = {code.constant(_unknown)}(d) if d else d")
    else:
        untyped.read(wants.item, "d")
    return untyped


def _outcomes(code: Code, mapping: Mapping, wants: Wants, source: str) -> None:
    tombstone, where = mapping.source.tombstone, mapping.source.where
    if tombstone:
        reading = wants.item.by_name[tombstone]
        if reading.is_whole:
            code.line(f"if {reading.value} is not None: raise D")
        else:
            if reading.has_kinds:
                code.line(f"if {reading.value} is not None and {reading.kind} != 'BOOL': raise D")
            with code.inside(f"if {reading.value} is True:"):
                _end(code, wants, source, TOMBSTONE)
    if where is not None:
        with code.inside(f"if not ({condition_code(code, where, wants.item)}):"):
            _end(code, wants, source, FILTERED)


def _end(code: Code, wants: Wants, source: str, outcome: int) -> None:
    """No row is made, but all of the item is typed JSON for certain."""
    check_unchecked(code, wants.item)
    check_elements(code, wants.item, are_typed=source == "typed")
    code.line(f"return {outcome}")


def _tables(code: Code, mapping: Mapping, row: RowCode, wants: Wants) -> list[str]:
    """Write the rows. Returns the statements that add them to `out`."""
    appends = []
    for place, table in enumerate([mapping.root, *mapping.further]):
        line = code.variable()
        if table.when is None:
            code.line(f"{line} = {row.line(table)[0]}")
            appends.append(f"out[{place}].append({line})")
            continue
        code.line(f"{line} = None")
        with code.inside(f"if {condition_code(code, table.when, wants.item)}:"):
            inner = RowCode(code, wants.item, None, row.made)
            code.line(f"{line} = {inner.line(table)[0]}")
        appends.append(f"if {line} is not None: out[{place}].append({line})")
    return appends


def _children(
    mapping: Mapping, wants: Wants, writer: ChildCode
) -> tuple[list[str], list[tuple[str, str]]]:
    appends, counts = [], []
    before = 1 + len(mapping.further)
    for place, (child, level) in enumerate(zip(mapping.children, wants.elements, strict=True)):
        lines, numbers = writer.rows(child, level)
        appends.append(f"out[{before + place}].extend({lines})")
        counts.append((text(child.list_path), numbers))
    return appends, counts


def _add(lists: Lists, name: str, more: tuple[int, int, int, int]) -> None:
    before = lists.get(name, (0, 0, 0, 0))
    lists[name] = (
        before[0] + more[0], before[1] + more[1], before[2] + more[2], before[3] + more[3],
    )  # fmt: skip


def _unknown(rest: dict[str, Any]) -> dict[str, Any]:
    """What nobody named, by dotted path."""
    check(rest)
    return {path_text((name,)): one for name, one in rest.items()}
