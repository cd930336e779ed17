"""A column's modifiers around its type: the three empties, defaults, value maps and arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrate.mapping import constant
from migrate.mapping.spec import Column
from migrate.validate.canonical import array_text
from migrate.validate.numbers import sort_value
from migrate.validate.refused import Attribute, Refused
from migrate.validate.values import scalar_of

Read = Callable[[Attribute | None], str | None]
"""From an attribute (None: absent) to canonical text (None: SQL NULL); it raises Refused."""

# Which sets an array takes beside L, by the type of its elements.
_SETS = {
    "text": "SS", "varchar": "SS", "uuid": "SS", "date": "SS", "time": "SS",
    "timestamp": "SS", "timestamptz": "SS", "smallint": "NS", "integer": "NS", "bigint": "NS",
    "numeric": "NS", "double precision": "NS",
}  # fmt: skip
_ON_NULL_RULE, _ON_EMPTY_RULE = "null-not-allowed", "empty-not-allowed"


def column_reader(column: Column) -> Read:
    """How `column` turns an attribute into the text that the target must hold."""
    convert = _array(column) if column.type.is_array else _mapped(column)
    default = None if column.default is None else constant.attribute(column.default)
    required, on_null, on_empty = column.is_required, column.on_null, column.on_empty

    def read(attribute: Attribute | None) -> str | None:
        if attribute is None:
            attribute = default
        elif "NULL" in attribute:
            if on_null == "json":
                return "null"
            attribute = _instead(on_null, default, _ON_NULL_RULE)
        elif on_empty != "keep" and attribute.get("S") == "":
            attribute = _instead(on_empty, default, _ON_EMPTY_RULE)
        value = None if attribute is None else convert(attribute)
        if value is None and required:
            raise Refused("required")
        return value

    return read


def _instead(policy: str, default: Attribute | None, rule: str) -> Attribute | None:
    if policy == "reject":
        raise Refused(rule)
    return default if policy == "default" else None


def _mapped(column: Column) -> Callable[[Attribute], str | None]:
    """One scalar: the value map, where there is one, then the type."""
    scalar = scalar_of(column)
    if column.values is None:
        return scalar
    values = {source: constant.attribute(target) for source, target in column.values.items()}
    unlisted = column.unlisted

    def read(attribute: Attribute) -> str | None:
        text = attribute.get("S")
        if text is None:
            return scalar(attribute)
        target = values.get(text)
        if target is not None:
            return scalar(target)
        if unlisted == "reject":
            raise Refused("unknown-value")
        return scalar(attribute) if unlisted == "keep" else None

    return read


def _array(column: Column) -> Callable[[Attribute], str | None]:
    element = _mapped(column)
    set_kind = _SETS.get(column.type.name, "")
    keep_nulls = column.null_elements == "keep"

    def read(attribute: Attribute) -> str:
        texts: list[str | None] = []
        for entry in _entries(attribute, set_kind):
            text = None if "NULL" in entry else element(entry)
            if text is None and not keep_nulls:
                raise Refused("null-element")
            texts.append(text)
        return array_text(texts)

    return read


def _entries(attribute: Attribute, set_kind: str) -> list[Attribute]:
    """The elements as attributes; those of a set in the order of the source's values."""
    ((kind, values),) = attribute.items()
    if kind == "L":
        return list(values)
    if kind != set_kind:
        raise Refused("type-mismatch")
    order: Callable[[Any], Any] | None = sort_value if kind == "NS" else None
    return [{kind[0]: value} for value in sorted(values, key=order)]
