"""A column's value: from the attribute that its transform found to text in COPY's format."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from migrate.item import instant, jsonb, number, text
from migrate.item.plain import binary, only_entry
from migrate.item.refusal import Refusal
from migrate.mapping import constant
from migrate.mapping.column_type import INTEGER_RANGE, ColumnType
from migrate.mapping.spec import Column
from migrate.mapping.transforms import FixedValue

Attribute = dict[str, Any]
Reader = Callable[[str, Any], str]
"""(DynamoDB type, its value) -> PostgreSQL text, not yet escaped. Raises Refusal."""

_UUID_FORM = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z", re.ASCII)


class ConstantError(ValueError):
    """A constant of the mapping does not fit its column. `key` is where it stands."""

    def __init__(self, key: str, rule: str) -> None:
        super().__init__(f"the constant does not fit the column's type ({rule})")
        self.key = key


def check_constants(column: Column) -> None:
    """Raise ConstantError for a `value`, `default` or value map that the type refuses."""
    convert = converter(column.model_copy(update={"values": None}))
    for target in (column.values or {}).values():
        attribute = constant.attribute(target)
        if column.type.is_array:
            attribute = {"L": [attribute]}
        _check("values", convert, attribute)
    if column.default is not None:
        _check("default", convert, constant.attribute(column.default))
    if isinstance(column.transform, FixedValue):
        _check("value", convert, constant.attribute(column.transform.value))


def _check(key: str, convert: Callable[[Attribute | None], str], attribute: Attribute) -> None:
    try:
        convert(attribute)
    except Refusal as refusal:
        raise ConstantError(key, refusal.rule) from None


def converter(column: Column) -> Callable[[Attribute | None], str]:
    """The function from an attribute (None: absent) to COPY text. It raises Refusal."""
    to_text = _valued(column)
    nothing = _nothing(column)
    default = constant.attribute(column.default) if column.default is not None else None
    # A default replaces what is absent, not what is mapped, so it skips `values`.
    default_text = _typed(column)(*only_entry(default)) if default is not None else None
    absent = _always(text.escaped(default_text)) if default_text is not None else nothing
    on_null = _on_null(column, nothing, absent)
    on_empty = _on_empty(column, nothing, absent)
    escaped = text.escaped

    def convert(attribute: Attribute | None) -> str:
        if attribute is None:
            return absent()
        kind, value = only_entry(attribute)
        if kind == "NULL":
            return on_null()
        if value == "" and kind == "S" and on_empty is not None:
            return on_empty()
        result = to_text(kind, value)
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


def _valued(column: Column) -> Callable[[str, Any], str | None]:
    """The value map in front of the type; None stands for SQL NULL."""
    if column.type.is_array:
        return _array(column)
    return _mapped(column, _element(column))


def _typed(column: Column) -> Callable[[str, Any], str]:
    """The type alone, for constants."""
    bare = column.model_copy(update={"values": None})
    return _valued(bare)  # type: ignore[return-value]


def _mapped(column: Column, read: Reader) -> Callable[[str, Any], str | None]:
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


def _array(column: Column) -> Callable[[str, Any], str]:
    read = _mapped(column, _element(column))
    keep_null = column.null_elements == "keep"

    def one(attribute: Any) -> str | None:
        kind, value = only_entry(attribute)
        if kind == "NULL":
            if keep_null:
                return None
            raise Refusal("null-element")
        result = read(kind, value)
        if result is None and not keep_null:  # an unlisted value became nothing
            raise Refusal("null-element")
        return result

    def array(kind: str, value: Any) -> str:
        if kind == "L":
            return text.array([one(element) for element in value])
        if kind == "SS":
            return text.array([read("S", element) for element in sorted(value)])
        if kind == "NS":
            ordered = sorted(value, key=number.decimal)
            return text.array([read("N", element) for element in ordered])
        raise Refusal("type-mismatch")

    return array


def _element(column: Column) -> Reader:
    return _READERS[column.type.name](column.type, column)


def _wanted(kind: str, wanted: str) -> None:
    if kind != wanted:
        raise Refusal("type-mismatch")


def _text_reader(column_type: ColumnType, _: Column) -> Reader:
    length = column_type.length

    def read(kind: str, value: Any) -> str:
        _wanted(kind, "S")
        if length is not None and isinstance(value, str) and len(value) > length:
            text.checked(value)
            raise Refusal("too-long")
        return text.checked(value)

    return read


def _uuid_reader(_: ColumnType, __: Column) -> Reader:
    form = _UUID_FORM

    def read(kind: str, value: Any) -> str:
        _wanted(kind, "S")
        if not isinstance(value, str) or not form.match(value):
            raise Refusal("bad-uuid")
        return value.lower()

    return read


def _boolean_reader(_: ColumnType, column: Column) -> Reader:
    from_text = "boolean-text" in column.forms

    def read(kind: str, value: Any) -> str:
        if kind == "BOOL":
            return "t" if value else "f"
        if from_text and kind == "S" and value in {"true", "false"}:
            return "t" if value == "true" else "f"
        raise Refusal("type-mismatch")

    return read


def _number_reader(column_type: ColumnType, column: Column) -> Reader:
    exact = _exact_number(column_type, column)
    kinds = {"N", "S"} if "number-text" in column.forms else {"N"}

    def read(kind: str, value: Any) -> str:
        if kind not in kinds:
            raise Refusal("type-mismatch")
        return exact(value)

    return read


def _exact_number(column_type: ColumnType, column: Column) -> Callable[[Any], str]:
    if column_type.name in INTEGER_RANGE:
        least, most = INTEGER_RANGE[column_type.name]
        return lambda value: number.whole(value, least, most)
    if column_type.name == "double precision":
        return number.double
    if column_type.precision is None or column_type.scale is None:
        return number.canonical
    precision, scale, finer = column_type.precision, column_type.scale, column.finer
    return lambda value: number.fixed(value, precision, scale, finer)


def _epoch_units(column: Column) -> int | None:
    if "epoch-seconds" in column.forms:
        return 1
    return 1000 if "epoch-milliseconds" in column.forms else None


def _is_epoch(kind: str, value: Any, units: int | None, from_text: bool) -> bool:
    if units is None:
        return False
    return kind == "N" or (from_text and kind == "S" and number.is_number(value))


def _timestamp_reader(column_type: ColumnType, column: Column) -> Reader:
    digits, finer, zone = column_type.fraction_digits, column.finer, column.zone
    with_zone = column_type.name == "timestamptz"
    units, from_text = _epoch_units(column), "number-text" in column.forms

    def read(kind: str, value: Any) -> str:
        if units is not None and _is_epoch(kind, value, units, from_text):
            return instant.epoch_timestamp(
                value, units=units, digits=digits, finer=finer, with_zone=with_zone
            )
        _wanted(kind, "S")
        return instant.timestamp(value, digits=digits, zone=zone, finer=finer, with_zone=with_zone)

    return read


def _date_reader(_: ColumnType, column: Column) -> Reader:
    drop = column.offset == "drop"
    units, from_text = _epoch_units(column), "number-text" in column.forms

    def read(kind: str, value: Any) -> str:
        if units is not None and _is_epoch(kind, value, units, from_text):
            return instant.epoch_date(value, units=units)
        _wanted(kind, "S")
        return instant.date_text(value, drop_offset=drop)

    return read


def _time_reader(column_type: ColumnType, column: Column) -> Reader:
    digits, finer, drop = column_type.fraction_digits, column.finer, column.offset == "drop"

    def read(kind: str, value: Any) -> str:
        _wanted(kind, "S")
        return instant.time_text(value, digits=digits, finer=finer, drop_offset=drop)

    return read


def _jsonb_reader(_: ColumnType, column: Column) -> Reader:
    parse = "json-text" in column.forms

    def read(kind: str, value: Any) -> str:
        if parse and kind == "S":
            return jsonb.reparsed(value)
        return jsonb.text_of({kind: value})

    return read


def _bytea_reader(_: ColumnType, __: Column) -> Reader:
    def read(kind: str, value: Any) -> str:
        _wanted(kind, "B")
        return "\\x" + binary(value).hex()

    return read


_READERS: dict[str, Callable[[ColumnType, Column], Reader]] = {
    "text": _text_reader,
    "varchar": _text_reader,
    "uuid": _uuid_reader,
    "boolean": _boolean_reader,
    "smallint": _number_reader,
    "integer": _number_reader,
    "bigint": _number_reader,
    "numeric": _number_reader,
    "double precision": _number_reader,
    "timestamp": _timestamp_reader,
    "timestamptz": _timestamp_reader,
    "date": _date_reader,
    "time": _time_reader,
    "jsonb": _jsonb_reader,
    "bytea": _bytea_reader,
}
