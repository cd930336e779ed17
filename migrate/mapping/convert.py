"""A column's value: from the attribute that its transform found to text in COPY's format."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrate.item import number, text
from migrate.item.plain import only_entry
from migrate.item.refusal import Refusal
from migrate.mapping import constant
from migrate.mapping.column import Column
from migrate.mapping.readers import NEVER_ESCAPED, SET_KINDS, Reader, reader
from migrate.mapping.transforms import FixedValue

Attribute = dict[str, Any]
Converter = Callable[[Attribute | None], str]
Valued = Callable[[str, Any], str | None]
"""(DynamoDB type, its value) -> PostgreSQL text, None for SQL NULL. Raises Refusal."""


class ConstantError(ValueError):
    """A constant of the mapping does not fit its column. `path` is where it stands."""

    def __init__(self, path: tuple[str, ...], rule: str) -> None:
        super().__init__(f"the constant does not fit the column ({rule})")
        self.path = path


def check_constants(column: Column) -> list[ConstantError]:
    """Each `value`, `default` and target of a value map that the column refuses."""
    found: list[ConstantError] = []
    bare = reader(column)
    for source, target in (column.values or {}).items():
        _try(found, ("values", source), lambda one: bare(*only_entry(one)), target)
    if found:
        return found  # what goes through a broken value map is not worth a second message
    if column.default is not None:
        valued = _valued(column)
        _try(found, ("default",), lambda one: _no_null(valued(*only_entry(one))), column.default)
    if not found and isinstance(column.transform, FixedValue):
        _try(found, ("value",), converter(column), column.transform.value)
    return found


def _try(
    found: list[ConstantError], path: tuple[str, ...], read: Callable[[Attribute], Any], value: Any
) -> None:
    try:
        read(constant.attribute(value))
    except Refusal as refusal:
        found.append(ConstantError(path, refusal.rule))


def _no_null(value: str | None) -> None:
    if value is None:  # `unlisted: nothing` would turn the default itself into SQL NULL
        raise Refusal("unknown-value")


def converter(column: Column) -> Converter:
    """The function from an attribute (None: absent) to COPY text. It raises Refusal.

    The attribute's shape was checked (`migrate.item.shape`).
    """
    valued = _valued(column)
    nothing = _nothing(column)
    absent = _default(column, valued) or nothing
    on_null = _on_null(column, nothing, absent)
    on_empty = _on_empty(column, nothing, absent)
    is_safe = column.type.name in NEVER_ESCAPED and not column.type.is_array
    escaped = str if is_safe else text.escaped

    def convert(attribute: Attribute | None) -> str:
        if attribute is None:
            return absent()
        ((kind, value),) = attribute.items()
        if kind == "NULL":
            return on_null()
        if value == "" and kind == "S" and on_empty is not None:
            return on_empty()
        result = valued(kind, value)
        return nothing() if result is None else escaped(result)

    return convert


def _always(value: str) -> Callable[[], str]:
    return lambda: value


def _refuse(rule: str) -> Callable[[], str]:
    def refuse() -> str:
        raise Refusal(rule)

    return refuse


def _nothing(column: Column) -> Callable[[], str]:
    return _refuse("required") if column.is_required else _always(text.NULL)


def _default(column: Column, valued: Valued) -> Callable[[], str] | None:
    """Read once, as if the attribute held it: through the value map, then the type."""
    if column.default is None:
        return None
    value = valued(*only_entry(constant.attribute(column.default)))
    return None if value is None else _always(text.escaped(value))


def _on_null(
    column: Column, nothing: Callable[[], str], default: Callable[[], str]
) -> Callable[[], str]:
    return {
        "nothing": nothing,
        "default": default,
        "reject": _refuse("null-not-allowed"),
        "json": _always("null"),
    }[column.on_null]


def _on_empty(
    column: Column, nothing: Callable[[], str], default: Callable[[], str]
) -> Callable[[], str] | None:
    return {
        "keep": None,
        "nothing": nothing,
        "default": default,
        "reject": _refuse("empty-not-allowed"),
    }[column.on_empty]


def _valued(column: Column) -> Valued:
    """The value map in front of the type, for each element of an array."""
    mapped = _mapped(column, reader(column))
    return _array(column, mapped) if column.type.is_array else mapped


def _mapped(column: Column, read: Reader) -> Valued:
    if column.values is None:
        return read
    targets = {
        source: read(*only_entry(constant.attribute(target)))
        for source, target in column.values.items()
    }
    unlisted = column.unlisted

    def mapped(kind: str, value: Any) -> str | None:
        if kind == "S":
            found = targets.get(value)
            if found is not None:
                return found
            if unlisted == "reject":
                raise Refusal("unknown-value")
            if unlisted == "nothing":
                return None
        return read(kind, value)

    return mapped


def _array(column: Column, mapped: Valued) -> Valued:
    keep_null = column.null_elements == "keep"
    set_kind = SET_KINDS.get(column.type.name)

    def one(kind: str, value: Any) -> str | None:
        result = None if kind == "NULL" else mapped(kind, value)
        if result is None and not keep_null:  # NULL itself, or an unlisted value become nothing
            raise Refusal("null-element")
        return result

    def array(kind: str, value: Any) -> str:
        if kind == "L":
            return text.array([one(*only_entry(element)) for element in value])
        if kind != set_kind:
            raise Refusal("type-mismatch")
        ordered = sorted(value, key=number.decimal) if kind == "NS" else sorted(value)
        return text.array([one(kind[0], element) for element in ordered])

    return array
