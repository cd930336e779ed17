"""Strategies for mappings that are valid, each with the attributes that its columns read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from migrate.mapping.convert import check_constants
from migrate.mapping.path import Path, parse, text
from migrate.mapping.spec import Column
from tests.mapping import attributes

Content = dict[str, Any]
Draw = Any

SCALAR_TYPES = [
    "text", "varchar", "varchar(3)", "varchar(20)", "uuid", "boolean", "smallint", "integer",
    "bigint", "numeric", "numeric(5,2)", "numeric(38,8)", "numeric(2,2)", "numeric(300,200)",
    "double precision", "date", "time", "time(0)", "time(3)", "timestamp", "timestamp(3)",
    "timestamp(0)", "timestamptz", "timestamptz(1)", "jsonb", "bytea",
]  # fmt: skip
TYPES = [*SCALAR_TYPES, *(f"{name}[]" for name in SCALAR_TYPES if name not in {"jsonb", "bytea"})]

_CONSTANTS: dict[str, list[Any]] = {
    "text": ["", "TEXT", "a\\b\n", "𠮷"], "varchar": ["", "ab", "𠮷"],
    "uuid": attributes.UUIDS, "boolean": [True, False], "smallint": [0, -1, 32767],
    "integer": [7, -8], "bigint": [9223372036854775807], "numeric": [0, 0.25, -0.5],
    "double precision": [0.1, 2], "date": ["2024-02-29"], "time": ["09:30", "09:30:15"],
    "timestamp": ["2024-04-01T00:30:00Z"], "timestamptz": ["2024-04-01T00:30:00+09:00"],
    "jsonb": ["text", 1, {"a": [1, True]}, []], "bytea": [],
}  # fmt: skip
_INSTANTS = {"timestamp", "timestamptz"}
_NUMBERS = {"smallint", "integer", "bigint", "numeric", "double precision"}
_LISTS = ["l", "m.l"]

# Names that other tools stumble over: they differ in case only, or are no identifiers.
_STEMS = ["a", "Abc", "abc", "c.d", "e-f", "back\\slash", "m.x", "m.k\\.z", "n.y.x", "${ctx}"]


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


def base(type_text: str) -> str:
    """The type's name without its numbers and brackets."""
    return type_text.removesuffix("[]").partition("(")[0]


def rarely(draw: Draw, one_in: int) -> bool:
    """True about once in `one_in`; integers would favour their bounds."""
    return bool(draw(st.sampled_from([False] * (one_in - 1) + [True])))


@st.composite
def _path(draw: Draw, number: int) -> str:
    """A path of its own for column `number`, so that its attribute can fit its type."""
    stem = draw(st.sampled_from(_STEMS))
    if stem in {"Abc", "abc"} and number == 0:
        return str(stem)
    names = parse(stem.replace("\\", "\\\\") if stem == "back\\slash" else _literal(stem))
    return text((*names[:-1], f"{names[-1]}{number}"))


def _literal(stem: str) -> str:
    return stem.replace(".", "\\.") if stem == "c.d" else stem


def _constant(type_text: str) -> st.SearchStrategy[Any]:
    values = st.sampled_from(_CONSTANTS[base(type_text)])
    return st.lists(values, max_size=2) if type_text.endswith("[]") else values


def _options(type_text: str) -> dict[str, st.SearchStrategy[Any]]:
    """The modifiers that fit a type, with their values."""
    name, is_array = base(type_text), type_text.endswith("[]")
    found: dict[str, st.SearchStrategy[Any]] = {
        "required": st.just(True),
        "on_null": st.sampled_from(["nothing", "reject", *(["json"] if name == "jsonb" else [])]),
        "on_empty": st.sampled_from(["keep", "nothing", "reject"]),
    }
    if _CONSTANTS[name]:
        found["default"] = _constant(type_text)
        found["values"] = st.dictionaries(
            st.sampled_from(attributes.TEXTS), st.sampled_from(_CONSTANTS[name]), min_size=1,
            max_size=3,
        )  # fmt: skip
    if name in _INSTANTS:
        found["zone"] = st.sampled_from(["Z", "+09:00", "-23:59"])
    if name in {"time", *_INSTANTS} or (name == "numeric" and "(" in type_text):
        found["finer"] = st.sampled_from(["round", "truncate", "reject"])
    if name in {"date", "time"}:
        found["offset"] = st.just("drop")
    if is_array:
        found["null_elements"] = st.just("keep")
    if _forms(name):
        found["as"] = st.sampled_from(_forms(name))
    return found


def _forms(name: str) -> list[Any]:
    if name in {"date", *_INSTANTS}:
        return [
            "epoch-seconds", "epoch-milliseconds", ["epoch-seconds", "number-text"],
            ["epoch-milliseconds", "number-text"],
        ]  # fmt: skip
    if name == "jsonb":
        return ["json-text"]
    return ["boolean-text"] if name == "boolean" else ["number-text"] if name in _NUMBERS else []


@st.composite
def _modifiers(draw: Draw, type_text: str) -> Content:
    options = _options(type_text)
    chosen = draw(st.sets(st.sampled_from(sorted(options)), max_size=3))
    found = {key: draw(options[key]) for key in sorted(chosen)}
    if "default" in found:
        for key in ("on_null", "on_empty"):
            if draw(st.booleans()):
                found[key] = "default"
    if "values" in found:
        found["unlisted"] = draw(st.sampled_from(["reject", "keep", "nothing"]))
    return found


@st.composite
def _source(draw: Draw, type_text: str, number: int, *, in_child: bool) -> Content:
    """Where a column's value comes from; mostly an attribute."""
    name, is_array = base(type_text), type_text.endswith("[]")
    kinds = ["from"] * 10 + ["call"]
    if _CONSTANTS[name]:
        kinds.append("value")
    if name in {"uuid", "text"} and not is_array:
        kinds += ["uuid5"] * 3
    if in_child:
        kinds += ["parent"] * 2
        if (
            name in {"integer", "bigint", "numeric"}
            and not is_array
            and type_text != "numeric(2,2)"
        ):
            kinds += ["position"] * 2
    kind = draw(st.sampled_from(kinds))
    if kind in {"from", "parent"}:
        first = draw(_path(number))
        return {kind: first if draw(st.booleans()) else [first, draw(_path(number + 50))]}
    if kind == "call":
        return {"call": "tests.mapping.functions:same", "with": [draw(_path(number))]}
    if kind == "value":
        return {"value": draw(_constant(type_text))}
    if kind == "uuid5":
        parts = draw(st.lists(_parts(number, in_child=in_child), max_size=2))
        return {"uuid5": ["n", *parts]}
    return {kind: draw(st.integers(0, 2))}


def _parts(number: int, *, in_child: bool) -> st.SearchStrategy[Any]:
    found: list[st.SearchStrategy[Any]] = [
        st.sampled_from(["part", "", "医"]),
        _path(number).map(lambda path: {"from": path}),
    ]
    if in_child:
        found += [st.just({"parent": "id"}), st.just({"position": 1})]
    return st.one_of(*found)


@st.composite
def column(draw: Draw, number: int, *, in_child: bool) -> Content:
    """A column that is no key."""
    type_text = draw(st.sampled_from(TYPES))
    source = draw(_source(type_text, number, in_child=in_child))
    return _without_bad_constants({**source, "type": type_text, **draw(_modifiers(type_text))})


def _without_bad_constants(content: Content) -> Content:
    """Lint refuses a constant that the column's value map does not list."""
    for error in check_constants(Column.model_validate(content)):
        if error.path[0] == "default":
            dropped = {"default"}
            dropped |= {key for key in ("on_null", "on_empty") if content.get(key) == "default"}
        else:
            dropped = {"values", "unlisted", "on_empty", "as"}
        rest = {key: one for key, one in content.items() if key not in dropped}
        return _without_bad_constants(rest)
    return content


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
    count = draw(st.integers(0, 3))
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
        content = {"element": True, "type": type_text, **draw(_modifiers(type_text))}
        columns["whole"] = _without_bad_constants(content)
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
    if rarely(draw, 4):
        content["leave"] = {"stray": "not needed", "n.left": "not needed"}
    return plan
