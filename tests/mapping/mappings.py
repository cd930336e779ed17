"""Strategies for mappings that are valid, each with the attributes that its columns read."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

from migrate.mapping.path import Path, parse, text
from tests.mapping.columns import (
    TYPES,
    Content,
    Draw,
    column,
    modifiers,
    rarely,
    without_bad_constants,
)

_LISTS = ["l", "m.l"]


@dataclass(frozen=True)
class Read:
    """An attribute that a column reads: where it is, and the column that reads it."""

    path: Path
    column: Content


@dataclass
class Plan:
    """A mapping as plain values, and what its columns read."""

    content: Content
    item: list[Read] = field(default_factory=list)
    elements: list[list[Read]] = field(default_factory=list)
    """One list for each entry of `children`."""


def reads(columns: Content, key: str) -> list[Read]:
    """What columns read from the item (or the element), or with `parent` from its item."""
    found: list[Read] = []
    for one in columns.values():
        paths = one.get(key, one.get("with", []) if key == "from" else [])
        found += [Read(parse(path), one) for path in ([paths] if isinstance(paths, str) else paths)]
        parts = [part for part in one.get("uuid5", []) if isinstance(part, dict) and key in part]
        found += [Read(parse(part[key]), one) for part in parts]
    return found


@st.composite
def _columns(draw: Draw, key: Content, first: int, *, in_child: bool) -> Content:
    count = draw(st.sampled_from([1, 2, 2, 3, 4, 6]))
    found = dict(key)
    for place in range(count):
        found[f"v{place}"] = draw(column(first + place, in_child=in_child))
    return found


_wanted = st.sampled_from(["a", "TEXT", "", 1, 0.5, True, False])
_condition_values = st.one_of(
    st.just({"not": "never"}),
    _wanted,
    st.lists(_wanted, min_size=1, max_size=3),
    _wanted.map(lambda value: {"not": value}),
    st.booleans().map(lambda value: {"present": value}),
    st.lists(_wanted, min_size=1, max_size=2).map(lambda values: {"not": values}),
)


@st.composite
def _condition(draw: Draw, known: list[Read]) -> Content:
    """About attributes that columns read, or about one of its own."""
    paths = [text(read.path) for read in known] + ["q", "m.q"]
    return dict(
        draw(st.dictionaries(st.sampled_from(paths), _condition_values, min_size=1, max_size=2))
    )


@st.composite
def _child(draw: Draw, number: int, keys: list[str]) -> Content:
    columns = {f"k{place}": _key_column(name, "parent") for place, name in enumerate(keys)}
    whole = rarely(draw, 4)
    if not whole and draw(st.booleans()):
        columns["own"] = {"from": "tag", "type": "text", "key": True}
    else:
        columns["own"] = {"position": draw(st.integers(0, 1)), "type": "integer", "key": True}
    columns = draw(_columns(columns, 20 + 10 * number, in_child=True))
    if whole:
        type_text = draw(st.sampled_from(TYPES))
        content = {"element": True, "type": type_text, **draw(modifiers(type_text))}
        columns["whole"] = without_bad_constants(content)
    elif not reads(columns, "from"):
        columns["v9"] = {"from": "a", "type": "text"}
    child: Content = {
        "list": _LISTS[number % 2],
        "target": f"app.child{number}",
        "columns": columns,
        "bad_element": draw(st.sampled_from(["item", "element", "element"])),
    }
    if rarely(draw, 5):
        child["where"] = draw(_condition(reads(columns, "from")))
    return child


def _key_column(name: str, source: str) -> Content:
    return {source: text((name,)), "type": "text", "key": True}


@st.composite
def plans(draw: Draw) -> Plan:
    """A valid mapping."""
    keys = draw(st.sampled_from([["id"], ["id"], ["id", "s.k"]]))
    key = {f"k{place}": _key_column(name, "from") for place, name in enumerate(keys)}
    unknown = draw(st.sampled_from(["reject", "leave", "keep"]))
    columns = draw(_columns(key, 0, in_child=False))
    if unknown == "keep":
        columns["rest"] = {"rest": True, "type": "jsonb"}
    source: Content = {"model": "Thing", "key": keys}
    content: Content = {"mapping": 1, "source": source, "target": "app.things"}
    content |= {"columns": columns, "unknown": unknown}
    known = [read for read in reads(columns, "from") if read.path[0] not in keys]
    if rarely(draw, 3):
        source["tombstone"] = "_deleted"
    if rarely(draw, 6):
        source["where"] = draw(_condition(known))
    if rarely(draw, 3):
        more = draw(_columns(key, 10, in_child=False))
        content["tables"] = [{"target": "app.more", "columns": more}]
        known += [read for read in reads(more, "from") if read.path[0] not in keys]
        if draw(st.booleans()):
            content["tables"][0]["when"] = draw(_condition(known))
    plan = Plan(content, known)
    for number in range(draw(st.sampled_from([0, 0, 1, 1, 2]))):
        child = draw(_child(number, keys))
        content.setdefault("children", []).append(child)
        plan.elements.append(reads(child["columns"], "from"))
        plan.item += [one for one in reads(child["columns"], "parent") if one.path[0] not in keys]
    if rarely(draw, 3):
        content["leave"] = {"stray": "not needed", "n.left": "not needed"}
    return plan
