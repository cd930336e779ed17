"""One attribute as one column type reads it: the verifier's own table of types."""

from __future__ import annotations

import re
from collections.abc import Callable

from migrate.mapping.column_type import INTEGER_RANGE
from migrate.mapping.spec import Column
from migrate.validate import instants
from migrate.validate.numbers import (
    canonical_number,
    double_number,
    is_number,
    scaled_number,
    whole_number,
)
from migrate.validate.refused import Attribute, Refused, stored
from migrate.validate.structured import json_of_attribute, json_of_text

Scalar = Callable[[Attribute], str]

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_EPOCH_UNITS = {"epoch-seconds": 1, "epoch-milliseconds": 1000}


def scalar_of(column: Column) -> Scalar:
    """The function from an attribute to canonical text; it raises Refused."""
    return _BUILDERS[column.type.name](column)


def _kind(attribute: Attribute, kind: str) -> str:
    value = attribute.get(kind)
    if value is None:
        raise Refused("type-mismatch")
    return str(value)


def _text(column: Column) -> Scalar:
    length = column.type.length

    def read(attribute: Attribute) -> str:
        text = stored(_kind(attribute, "S"))
        if length is not None and len(text) > length:
            raise Refused("too-long")
        return text

    return read


def _uuid(column: Column) -> Scalar:  # noqa: ARG001
    def read(attribute: Attribute) -> str:
        text = _kind(attribute, "S")
        if not _UUID.fullmatch(text):
            raise Refused("bad-uuid")
        return text.lower()

    return read


def _boolean(column: Column) -> Scalar:
    as_text = "boolean-text" in column.forms

    def read(attribute: Attribute) -> str:
        if "BOOL" in attribute:
            return "true" if attribute["BOOL"] else "false"
        if as_text and attribute.get("S") in ("true", "false"):
            return str(attribute["S"])
        raise Refused("type-mismatch")

    return read


def _number_text(column: Column) -> Callable[[Attribute], str]:
    """The text of an N, or of an S that holds one where the column says so."""
    as_text = "number-text" in column.forms

    def read(attribute: Attribute) -> str:
        if as_text and "S" in attribute:
            return str(attribute["S"])
        return _kind(attribute, "N")

    return read


def _integer(column: Column) -> Scalar:
    text_of, (low, high) = _number_text(column), INTEGER_RANGE[column.type.name]
    return lambda attribute: whole_number(text_of(attribute), low, high)


def _numeric(column: Column) -> Scalar:
    text_of, finer = _number_text(column), column.finer
    precision, scale = column.type.precision, column.type.scale or 0
    if precision is None:
        return lambda attribute: canonical_number(text_of(attribute))
    return lambda attribute: scaled_number(text_of(attribute), precision, scale, finer)


def _double(column: Column) -> Scalar:
    text_of = _number_text(column)
    return lambda attribute: double_number(text_of(attribute))


def _epoch_number(column: Column, attribute: Attribute) -> str | None:
    """The number of an epoch, or None when the attribute is to be read in its natural form."""
    if "number-text" in column.forms and is_number(attribute.get("S") or ""):
        return str(attribute["S"])
    return attribute.get("N")


def _epoch_unit(column: Column) -> int:
    for form in column.forms:
        if form in _EPOCH_UNITS:
            return _EPOCH_UNITS[form]
    return 0


def _date(column: Column) -> Scalar:
    drop, unit = column.offset == "drop", _epoch_unit(column)

    def read(attribute: Attribute) -> str:
        number = _epoch_number(column, attribute) if unit else None
        if number is not None:
            return instants.epoch_date(number, unit)
        return instants.date_text(_kind(attribute, "S"), drop_offset=drop)

    return read


def _time(column: Column) -> Scalar:
    drop, finer, digits = column.offset == "drop", column.finer, column.type.fraction_digits

    def read(attribute: Attribute) -> str:
        return instants.time_text(_kind(attribute, "S"), digits, finer, drop_offset=drop)

    return read


def _instant(column: Column) -> Scalar:
    unit, digits, finer = _epoch_unit(column), column.type.fraction_digits, column.finer

    def read(attribute: Attribute) -> str:
        number = _epoch_number(column, attribute) if unit else None
        if number is not None:
            return instants.epoch_text(number, unit, digits, finer)
        return instants.instant_text(_kind(attribute, "S"), digits, finer, column.zone)

    return read


def _jsonb(column: Column) -> Scalar:
    if "json-text" not in column.forms:
        return json_of_attribute

    def read(attribute: Attribute) -> str:
        text = attribute.get("S")
        return json_of_attribute(attribute) if text is None else json_of_text(text)

    return read


def _bytea(column: Column) -> Scalar:  # noqa: ARG001
    def read(attribute: Attribute) -> str:
        value = attribute.get("B")
        if value is None:
            raise Refused("type-mismatch")
        return "\\x" + bytes(value).hex()

    return read


_BUILDERS: dict[str, Callable[[Column], Scalar]] = {
    "text": _text, "varchar": _text, "uuid": _uuid, "boolean": _boolean,
    "smallint": _integer, "integer": _integer, "bigint": _integer,
    "numeric": _numeric, "double precision": _double,
    "date": _date, "time": _time, "timestamp": _instant, "timestamptz": _instant,
    "jsonb": _jsonb, "bytea": _bytea,
}  # fmt: skip
