"""Typed JSON attributes to plain Python values and back, for named functions."""

from __future__ import annotations

import base64
import binascii
from decimal import Decimal
from typing import Any

from migrate.item import number
from migrate.item.refusal import Refusal

Attribute = dict[str, Any]


def plain_of(attribute: Attribute | None) -> Any:
    """The plain value: str, Decimal, bool, None, bytes, list or dict; sets are sorted lists."""
    if attribute is None:
        return None
    kind, value = only_entry(attribute)
    if kind in {"S", "BOOL"}:
        return value
    if kind == "N":
        return number.decimal(value)
    if kind == "L":
        return [plain_of(element) for element in value]
    if kind == "M":
        return {name: plain_of(element) for name, element in value.items()}
    if kind == "SS":
        return sorted(value)
    if kind == "NS":
        return sorted(number.decimal(one) for one in value)
    if kind == "B":
        return binary(value)
    if kind == "BS":
        return sorted(binary(one) for one in value)
    return None  # NULL


def attribute_of(value: Any) -> Attribute | None:
    """The attribute that a function's answer stands for; None is absent.

    Raises TypeError for a type that stands for none, float among them: it is never exact.
    """
    return None if value is None else _attribute(value)


def _attribute(value: Any) -> Attribute:
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, int | Decimal):
        return {"N": str(value)}
    if isinstance(value, bytes):
        return {"B": base64.b64encode(value).decode()}
    if isinstance(value, list | tuple):
        return {"L": [_attribute(element) for element in value]}
    if isinstance(value, dict):
        return {"M": {str(name): _attribute(element) for name, element in value.items()}}
    raise TypeError(f"returned {type(value).__name__}")


def only_entry(attribute: Attribute) -> tuple[str, Any]:
    """The single type and value of an attribute, whose shape was checked."""
    ((kind, value),) = attribute.items()
    return kind, value


def binary(text: str) -> bytes:
    """The bytes of a B value. Raises Refusal('bad-base64')."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Refusal("bad-base64") from None
