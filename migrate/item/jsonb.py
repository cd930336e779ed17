"""Typed JSON to the plain JSON text of a jsonb column, numbers exact."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from typing import Any

from migrate.item import number, text
from migrate.item.plain import binary, only_entry
from migrate.item.refusal import Refusal

_quote = json.encoder.encode_basestring


def text_of(attribute: Any) -> str:
    """JSON text of an attribute. Raises Refusal."""
    kind, value = only_entry(attribute)
    if kind == "S":
        return _string(value)
    if kind == "N":
        return number.canonical(value)
    if kind == "BOOL":
        return "true" if value else "false"
    if kind == "NULL":
        return "null"
    if kind == "M":
        entries = [f"{_string(name)}:{text_of(element)}" for name, element in value.items()]
        return "{" + ",".join(entries) + "}"
    if kind == "L":
        return "[" + ",".join([text_of(element) for element in value]) + "]"
    if kind == "SS":
        return "[" + ",".join([_string(one) for one in sorted(value)]) + "]"
    if kind == "NS":
        ordered = sorted(number.decimal(one) for one in value)
        return "[" + ",".join(number.plain(one) for one in ordered) + "]"
    if kind == "B":
        return _base64(value)
    if kind == "BS":
        return "[" + ",".join(sorted(_base64(one) for one in value)) + "]"
    raise Refusal("type-mismatch")


def reparsed(value: str) -> str:
    """JSON text found inside an S (AWSJSON written as text). Raises Refusal('bad-json')."""
    try:
        parsed = json.loads(value, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refusal("bad-json") from None
    return _plain(parsed)


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return _string(value)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int | Decimal):
        return number.plain(Decimal(value))
    if isinstance(value, list):
        return "[" + ",".join([_plain(element) for element in value]) + "]"
    return "{" + ",".join([f"{_string(k)}:{_plain(v)}" for k, v in value.items()]) + "}"


def _string(value: Any) -> str:
    return str(_quote(text.checked(value)))


def _base64(value: Any) -> str:
    return '"' + base64.b64encode(binary(value)).decode() + '"'


def _no_constant(name: str) -> Any:
    raise ValueError(name)
