"""One attribute as one column type reads it: DynamoDB's type and value to PostgreSQL's text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from migrate.item import instant, jsonb, number, text
from migrate.item.plain import binary
from migrate.item.refusal import Refusal
from migrate.mapping.column import Column
from migrate.mapping.column_type import INTEGER_RANGE

Reader = Callable[[str, Any], str]
"""(DynamoDB type, its value) -> PostgreSQL text, not yet escaped. Raises Refusal."""

_UUID_FORM = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z", re.ASCII)

# Their text holds nothing that COPY would read as anything else.
NEVER_ESCAPED = frozenset(
    {
        "uuid", "boolean", "smallint", "integer", "bigint", "numeric", "double precision",
        "date", "time", "timestamp", "timestamptz",
    }
)  # fmt: skip

# The sets that an array takes beside L, by the type of its elements.
SET_KINDS: dict[str, str] = {
    "text": "SS", "varchar": "SS", "uuid": "SS", "date": "SS", "time": "SS", "timestamp": "SS",
    "timestamptz": "SS", "smallint": "NS", "integer": "NS", "bigint": "NS", "numeric": "NS",
    "double precision": "NS",
}  # fmt: skip


def reader(column: Column) -> Reader:
    """How one value of the column's type (one element, for an array) is read."""
    return _READERS[column.type.name](column)


def _wanted(kind: str, wanted: str) -> None:
    if kind != wanted:
        raise Refusal("type-mismatch")


def _text(column: Column) -> Reader:
    length = column.type.length
    if length is None:
        return _unlimited_text

    def read(kind: str, value: Any) -> str:
        _wanted(kind, "S")
        checked = text.checked(value)
        if len(checked) > length:
            raise Refusal("too-long")
        return checked

    return read


def _unlimited_text(kind: str, value: Any) -> str:
    _wanted(kind, "S")
    return text.checked(value)


def _uuid(_: Column) -> Reader:
    matches = _UUID_FORM.match

    def read(kind: str, value: Any) -> str:
        _wanted(kind, "S")
        if not matches(value):
            raise Refusal("bad-uuid")
        return str(value).lower()

    return read


def _boolean(column: Column) -> Reader:
    from_text = "boolean-text" in column.forms

    def read(kind: str, value: Any) -> str:
        if kind == "BOOL":
            return "t" if value else "f"
        if from_text and kind == "S" and value in {"true", "false"}:
            return "t" if value == "true" else "f"
        raise Refusal("type-mismatch")

    return read


def _number(column: Column) -> Reader:
    exact = _exact_number(column)
    kinds = {"N", "S"} if "number-text" in column.forms else {"N"}

    def read(kind: str, value: Any) -> str:
        if kind not in kinds:
            raise Refusal("type-mismatch")
        return exact(value)

    return read


def _exact_number(column: Column) -> Callable[[str], str]:
    column_type, finer = column.type, column.finer
    if column_type.name in INTEGER_RANGE:
        least, most = INTEGER_RANGE[column_type.name]
        return lambda value: number.whole(value, least, most)
    if column_type.name == "double precision":
        return number.double
    if column_type.precision is None or column_type.scale is None:
        return number.canonical
    precision, scale = column_type.precision, column_type.scale
    return lambda value: number.fixed(value, precision, scale, finer)


def _epoch_units(column: Column) -> int | None:
    if "epoch-seconds" in column.forms:
        return 1
    return 1000 if "epoch-milliseconds" in column.forms else None


def _is_epoch(kind: str, value: Any, units: int | None, from_text: bool) -> bool:
    if units is None:
        return False
    return kind == "N" or (from_text and kind == "S" and number.is_number(value))


def _timestamp(column: Column) -> Reader:
    digits, finer, zone = column.type.fraction_digits, column.finer, column.zone
    with_zone = column.type.name == "timestamptz"
    units, from_text = _epoch_units(column), "number-text" in column.forms

    def read(kind: str, value: Any) -> str:
        if units is not None and _is_epoch(kind, value, units, from_text):
            return instant.epoch_timestamp(
                value, units=units, digits=digits, finer=finer, with_zone=with_zone
            )
        _wanted(kind, "S")
        return instant.timestamp(value, digits=digits, zone=zone, finer=finer, with_zone=with_zone)

    return read


def _date(column: Column) -> Reader:
    drop = column.offset == "drop"
    units, from_text = _epoch_units(column), "number-text" in column.forms

    def read(kind: str, value: Any) -> str:
        if units is not None and _is_epoch(kind, value, units, from_text):
            return instant.epoch_date(value, units=units)
        _wanted(kind, "S")
        return instant.date_text(value, drop_offset=drop)

    return read


def _time(column: Column) -> Reader:
    digits, finer, drop = column.type.fraction_digits, column.finer, column.offset == "drop"

    def read(kind: str, value: Any) -> str:
        _wanted(kind, "S")
        return instant.time_text(value, digits=digits, finer=finer, drop_offset=drop)

    return read


def _jsonb(column: Column) -> Reader:
    if "json-text" not in column.forms:
        return jsonb.text_of

    def read(kind: str, value: Any) -> str:
        return jsonb.reparsed(value) if kind == "S" else jsonb.text_of(kind, value)

    return read


def _bytea(_: Column) -> Reader:
    def read(kind: str, value: Any) -> str:
        _wanted(kind, "B")
        return "\\x" + binary(value).hex()

    return read


_READERS: dict[str, Callable[[Column], Reader]] = {
    "text": _text, "varchar": _text, "uuid": _uuid, "boolean": _boolean,
    "smallint": _number, "integer": _number, "bigint": _number, "numeric": _number,
    "double precision": _number, "timestamp": _timestamp, "timestamptz": _timestamp,
    "date": _date, "time": _time, "jsonb": _jsonb, "bytea": _bytea,
}  # fmt: skip
