"""Strategies for columns: a type, modifiers that fit it, and a source of its values."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st

from migrate.mapping.convert import check_constants
from migrate.mapping.path import parse, text
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

# Names that other tools stumble over: they differ in case only, or are no identifiers.
_STEMS = ["a", "Abc", "abc", "c.d", "e-f", "back\\slash", "m.x", "m.k\\.z", "n.y.x", "${ctx}"]


def base(type_text: str) -> str:
    """The type's name without its numbers and brackets."""
    return type_text.removesuffix("[]").partition("(")[0]


@cache
def _chance(one_in: int) -> st.SearchStrategy[bool]:
    # Not integers, which favour their bounds.
    return st.sampled_from([False] * (one_in - 1) + [True])


def rarely(draw: Draw, one_in: int) -> bool:
    """True about once in `one_in`."""
    return bool(draw(_chance(one_in)))


@cache
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


@cache
def _constant(type_text: str) -> st.SearchStrategy[Any]:
    values = st.sampled_from(_CONSTANTS[base(type_text)])
    return st.lists(values, max_size=2) if type_text.endswith("[]") else values


@cache
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


@cache
@st.composite
def modifiers(draw: Draw, type_text: str) -> Content:
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


@cache
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


@cache
def _parts(number: int, *, in_child: bool) -> st.SearchStrategy[Any]:
    found: list[st.SearchStrategy[Any]] = [
        st.sampled_from(["part", "", "医"]),
        _path(number).map(lambda path: {"from": path}),
    ]
    if in_child:
        found += [st.just({"parent": "id"}), st.just({"position": 1})]
    return st.one_of(*found)


@cache
@st.composite
def column(draw: Draw, number: int, *, in_child: bool) -> Content:
    """A column that is no key."""
    type_text = draw(st.sampled_from(TYPES))
    source = draw(_source(type_text, number, in_child=in_child))
    return without_bad_constants({**source, "type": type_text, **draw(modifiers(type_text))})


def without_bad_constants(content: Content) -> Content:
    """Lint refuses a constant that the column's value map does not list."""
    for error in check_constants(Column.model_validate(content)):
        if error.path[0] == "default":
            dropped = {"default"}
            dropped |= {key for key in ("on_null", "on_empty") if content.get(key) == "default"}
        else:
            dropped = {"values", "unlisted", "on_empty", "as"}
        rest = {key: one for key, one in content.items() if key not in dropped}
        return without_bad_constants(rest)
    return content
