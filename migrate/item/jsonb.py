"""Typed JSON to the plain JSON text of a jsonb column, numbers exact."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from typing import Any

from migrate.item import number, text
from migrate.item.plain import binary
from migrate.item.refusal import Refusal

# Three times DynamoDB's own 32: the same for every Python and every stack it is called from.
TEXT_LEVELS_MAX = 100

_quote = json.encoder.encode_basestring


def text_of(kind: str, value: Any) -> str:
    """JSON text of an attribute's type and value. Raises Refusal."""
    if kind == "S":
        return _string(value)
    if kind == "N":
        return number.canonical(value)
    if kind == "BOOL":
        return "true" if value else "false"
    if kind == "NULL":
        return "null"
    if kind == "M":
        entries = [f"{_string(name)}:{_inner(element)}" for name, element in value.items()]
        return "{" + ",".join(entries) + "}"
    if kind == "L":
        return "[" + ",".join([_inner(element) for element in value]) + "]"
    if kind == "SS":
        return "[" + ",".join([_string(one) for one in sorted(value)]) + "]"
    if kind == "NS":
        ordered = sorted(number.decimal(one) for one in value)
        return "[" + ",".join([number.plain(one) for one in ordered]) + "]"
    if kind == "B":
        return _base64(value)
    return "[" + ",".join(sorted(_base64(one) for one in value)) + "]"  # BS


def _inner(attribute: dict[str, Any]) -> str:
    ((kind, value),) = attribute.items()
    return text_of(kind, value)


def reparsed(value: str) -> str:
    """JSON text found inside an S (AWSJSON written as text).

    Raises Refusal: bad-json, and those of the values in it.
    """
    try:
        # Decimal for whole numbers too: int() refuses 4,301 digits, which PostgreSQL holds.
        parsed = json.loads(
            value,
            parse_float=number.decimal,
            parse_int=number.decimal,
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError):
        raise Refusal("bad-json") from None
    return _plain(parsed, 0)


def _plain(value: Any, level: int) -> str:
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, Decimal):
        return number.plain(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if level == TEXT_LEVELS_MAX:
        raise Refusal("bad-json")
    if isinstance(value, list):
        return "[" + ",".join([_plain(element, level + 1) for element in value]) + "]"
    entries = [f"{_string(name)}:{_plain(inner, level + 1)}" for name, inner in value.items()]
    return "{" + ",".join(entries) + "}"


def _string(value: str) -> str:
    return _quote(text.checked(value))


def _base64(value: str) -> str:
    return '"' + base64.b64encode(binary(value)).decode() + '"'


def _no_constant(name: str) -> Any:
    raise ValueError(name)
