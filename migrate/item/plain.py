"""Typed JSON attributes to plain Python values and back, for named functions."""

from __future__ import annotations

import base64
import binascii
from decimal import Decimal
from typing import Any

from migrate.item import number
from migrate.item.refusal import Refusal


def plain_of(attribute: dict[str, Any] | None) -> Any:
    """The plain value: str, Decimal, bool, None, bytes, list or dict; sets are sorted lists."""
    if attribute is None:
        return None
    kind, value = only_entry(attribute)
    if kind in {"S", "BOOL"}:
        return value
    if kind == "N":
        return number.decimal(value)
    if kind == "NULL":
        return None
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
    raise Refusal("type-mismatch")


def attribute_of(value: Any) -> dict[str, Any] | None:
    """The attribute that a function's answer stands for. Raises ValueError for other types."""
    if value is None:
        return None
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, int | Decimal):
        if isinstance(value, Decimal) and not value.is_finite():
            raise ValueError("not a finite number")
        return {"N": str(value) if isinstance(value, int) else format(value, "f")}
    if isinstance(value, bytes):
        return {"B": base64.b64encode(value).decode()}
    if isinstance(value, list | tuple):
        return {"L": [attribute_of(element) or {"NULL": True} for element in value]}
    if isinstance(value, dict):
        return {"M": {str(k): attribute_of(v) or {"NULL": True} for k, v in value.items()}}
    raise ValueError(f"a function may not return {type(value).__name__}")


def only_entry(attribute: Any) -> tuple[str, Any]:
    """The single type and value of an attribute. Raises Refusal('unparsable')."""
    if not isinstance(attribute, dict) or len(attribute) != 1:
        raise Refusal("unparsable")
    return next(iter(attribute.items()))


def binary(text: Any) -> bytes:
    """The bytes of a B value. Raises Refusal('bad-base64')."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise Refusal("bad-base64") from None
