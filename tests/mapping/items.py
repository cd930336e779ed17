"""Strategies for items that mostly fit a mapping, and often are slightly wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from migrate.mapping.transforms import TRANSFORMS
from tests.mapping import attributes
from tests.mapping.columns import Content, Draw, base, column, rarely, without_bad_constants
from tests.mapping.mappings import Plan, Read, plans

_MARKS = [{"BOOL": True}, {"BOOL": False}, {"NULL": True}, {"S": "true"}, {"N": "1"}]
_KEYS = st.sampled_from(["a", "b", "医", "x\\y", "t\tb", "\\N"]).map(lambda value: {"S": value})


@dataclass(frozen=True)
class Example:
    """A mapping as plain values, and items to map by it."""

    mapping: Content
    items: list[dict[str, Any]]


@st.composite
def examples(draw: Draw) -> Example:
    """A mapping and a few items of it."""
    plan = draw(plans())
    count = draw(st.integers(1, 4))
    return Example(plan.content, [draw(_item(plan)) for _ in range(count)])


@st.composite
def value_examples(draw: Draw) -> Example:
    """One column and many values: more of its type's edges than whole mappings meet."""
    content = draw(column(0, in_child=False))
    kept = {key: value for key, value in content.items() if key not in TRANSFORMS | {"with": 0}}
    kept = {**without_bad_constants({"from": "v", **kept}), "from": "v"}
    key = {"from": "id", "type": "text", "key": True}
    mapping = {
        "mapping": 1,
        "source": {"model": "Thing"},
        "target": "app.things",
        "columns": {"id": key, "v": kept},
    }
    count = draw(st.sampled_from([6, 10, 14]))
    found = [draw(_attribute(kept)) for _ in range(count)]
    return Example(mapping, [_with_value(attribute) for attribute in found])


def _with_value(attribute: Any) -> dict[str, Any]:
    item: dict[str, Any] = {"id": {"S": "a"}}
    _place(item, ("v",), attribute)
    return item


@st.composite
def _item(draw: Draw, plan: Plan) -> dict[str, Any]:
    item: dict[str, Any] = {}
    for name in plan.content["source"]["key"]:
        item[name] = draw(attributes.scalars if rarely(draw, 40) else _KEYS)
    for read in plan.item:
        _place(item, read.path, draw(_attribute(read.column)))
    if rarely(draw, 6):
        item["_deleted"] = draw(st.sampled_from(_MARKS))
    for child, wanted in zip(plan.content.get("children", []), plan.elements, strict=True):
        _place(item, tuple(child["list"].split(".")), draw(_list(child, wanted)))
    if rarely(draw, 5 if "leave" in plan.content else 12):
        stray = st.sampled_from([("stray",), ("n", "left"), ("m", "q"), ("q",), ("n",), ("x.y",)])
        _place(item, draw(stray), draw(attributes.anything))
    return item


@st.composite
def _attribute(draw: Draw, column: Content) -> Any:
    """What a column reads; None for an absent attribute."""
    dice = draw(st.integers(0, 99))
    if dice in {17, 18, 19, 20, 21}:
        return None
    if dice in {27, 28, 29}:
        return {"NULL": True}
    if dice in {37, 38}:
        return draw(attributes.anything)
    if "uuid5" in column:
        return draw(_KEYS if dice < 60 else attributes.number_attributes)
    exact = dice < 80
    type_text = column["type"]
    if "values" in column and dice % 4:
        listed = st.sampled_from(sorted(column["values"])).map(lambda value: {"S": value})
        return draw(_several(listed) if type_text.endswith("[]") else listed)
    if not type_text.endswith("[]"):
        return draw(
            attributes.fitting(type_text, column) if exact else attributes.near(base(type_text))
        )
    element = attributes.fitting(type_text.removesuffix("[]"), column)
    return draw(_several(element) if exact else attributes.near_array(base(type_text)))


def _several(elements: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(elements, max_size=3).map(lambda value: {"L": value})


@st.composite
def _list(draw: Draw, child: Content, wanted: list[Read]) -> Any:
    if rarely(draw, 12):
        return draw(st.sampled_from([None, {"NULL": True}, {"SS": ["a"]}, {"M": {}}]))
    return {"L": [draw(_element(child, wanted)) for _ in range(draw(st.integers(0, 4)))]}


@st.composite
def _element(draw: Draw, child: Content, wanted: list[Read]) -> Any:
    if rarely(draw, 25):
        return draw(attributes.anything)
    whole = child["columns"].get("whole")
    if whole is not None and not wanted:
        found = draw(_attribute(whole))
        return {"NULL": True} if found is None else found
    element: dict[str, Any] = {}
    for read in wanted:
        if read.path == ("tag",):
            element["tag"] = {"S": draw(st.sampled_from("pqrstuvw"))}
        else:
            _place(element, read.path, draw(_attribute(read.column)))
    if rarely(draw, 25):
        element["stray"] = {"S": "x"}
    return {"M": element}


def _place(attributes_of: dict[str, Any], path: tuple[str, ...], attribute: Any) -> None:
    """Put an attribute at a path, unless something else is in its way."""
    if attribute is None:
        return
    for name in path[:-1]:
        inner = attributes_of.setdefault(name, {"M": {}})
        if "M" not in inner:
            return
        attributes_of = inner["M"]
    attributes_of[path[-1]] = attribute
