"""Typed JSON as DynamoDB stores it: one form for equal values, and the size that is charged."""

from __future__ import annotations

import base64
import binascii
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.fakes.dynamodb.errors import ApiError, invalid

Item = dict[str, Any]

_DIGITS_MAX = 38
_SCALARS = {"S": str, "B": str, "BOOL": bool, "NULL": bool}
_SETS = {"SS": "S", "NS": "N", "BS": "B"}
_CONTAINER_BYTES = 3


def canonical_item(item: Item) -> Item:
    """A copy of its own: numbers in one spelling, sets in one order. Raises ApiError."""
    return {name: canonical_value(value) for name, value in item.items()}


def canonical_value(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or len(value) != 1:
        raise _malformed()
    [(kind, content)] = value.items()
    if kind in _SCALARS:
        return {kind: _scalar(kind, content)}
    if kind == "N":
        return {kind: canonical_number(content)}
    if kind == "M":
        return {kind: canonical_item(_checked(content, dict))}
    if kind == "L":
        return {kind: [canonical_value(part) for part in _checked(content, list)]}
    if kind in _SETS:
        return {kind: _set(_SETS[kind], _checked(content, list))}
    raise _malformed()


def _scalar(kind: str, content: Any) -> Any:
    _checked(content, _SCALARS[kind])
    if kind == "B":
        _bytes_of(content)
    if kind == "NULL" and content is not True:
        raise _malformed()
    return content


def _set(kind: str, members: list[Any]) -> list[Any]:
    found = sorted(canonical_value({kind: member})[kind] for member in members)
    if not found:
        raise invalid("One or more parameter values were invalid: An set  may not be empty")
    if len(set(found)) < len(found):
        raise invalid("One or more parameter values were invalid: Input collection has duplicates")
    return found


def canonical_number(text: Any) -> str:
    """The spelling that DynamoDB gives back: 12.50 is 12.5. Raises ApiError past 38 digits."""
    _checked(text, str)
    if text.isascii() and text.isdigit() and text[0] != "0" and len(text) <= _DIGITS_MAX:
        return str(text)
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise invalid("The parameter cannot be converted to a numeric value")
    digits = "".join(map(str, number.as_tuple().digits)).strip("0")
    if len(digits) > _DIGITS_MAX:
        raise invalid("Attempting to store more than 38 significant digits in a Number")
    if not digits:
        return "0"
    if not -130 <= number.adjusted() <= 125:
        raise invalid("Number overflow. Attempting to store a number outside the supported range")
    plain = format(number, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def item_bytes(item: Item) -> int:
    """The size that limits and capacity are counted in."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: dict[str, Any]) -> int:
    [(kind, content)] = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "N":
        return len(content) // 2 + 1
    if kind == "B":
        return len(_bytes_of(content))
    if kind == "M":
        return _CONTAINER_BYTES + item_bytes(content) + len(content)
    if kind == "L":
        return _CONTAINER_BYTES + sum(_value_bytes(part) + 1 for part in content)
    if kind in _SETS:
        return sum(_value_bytes({_SETS[kind]: member}) for member in content)
    return 1


def _bytes_of(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ApiError("SerializationException", "Invalid Base64 encoding") from None


def _checked(content: Any, wanted: type) -> Any:
    if not isinstance(content, wanted):
        raise _malformed()
    return content


def _malformed() -> ApiError:
    return invalid("Supplied AttributeValue is empty, must contain exactly one of the types")
