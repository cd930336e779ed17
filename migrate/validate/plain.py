"""Plain Python values for named functions, from attributes and back; and the shape of items."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from migrate.errors import FixInputError
from migrate.validate.numbers import canonical_number, sort_value
from migrate.validate.refused import Attribute, Refused

_SHAPES: dict[str, type] = {
    "S": str, "N": str, "B": bytes, "BOOL": bool, "NULL": bool, "L": list, "M": dict,
    "SS": list, "NS": list, "BS": list,
}  # fmt: skip
_MEMBERS: dict[str, type] = {"SS": str, "NS": str, "BS": bytes}


def check_shape(attributes: Any) -> None:
    """Raise Refused `unparsable` unless every attribute is one in typed JSON."""
    try:
        _check_attributes(attributes)
    except RecursionError:
        raise Refused("unparsable") from None


def _check_attributes(attributes: Any) -> None:
    if not isinstance(attributes, dict):
        raise Refused("unparsable")
    for attribute in attributes.values():
        _check_attribute(attribute)


def _check_attribute(attribute: Any) -> None:
    if not isinstance(attribute, dict) or len(attribute) != 1:
        raise Refused("unparsable")
    ((kind, value),) = attribute.items()
    if not _has_shape(kind, value):
        raise Refused("unparsable")
    if kind == "M":
        _check_attributes(value)
    elif kind == "L":
        for element in value:
            _check_attribute(element)


def _has_shape(kind: str, value: Any) -> bool:
    if type(value) is not _SHAPES.get(kind):
        return False
    if kind in _MEMBERS:
        return _all_are(_MEMBERS[kind], value)
    return kind != "NULL" or value is True


def _all_are(member: type, values: Any) -> bool:
    return all(type(entry) is member for entry in values)


def plain_of(attribute: Attribute | None) -> Any:
    """str, Decimal, bool, None (absent too), bytes, list or dict. Sets become sorted lists."""
    if attribute is None:
        return None
    ((kind, value),) = attribute.items()
    if kind == "N":
        return Decimal(canonical_number(value))
    if kind == "NULL":
        return None
    if kind == "L":
        return [plain_of(element) for element in value]
    if kind == "M":
        return {name: plain_of(entry) for name, entry in value.items()}
    if kind == "NS":
        return [Decimal(canonical_number(number)) for number in sorted(value, key=sort_value)]
    return sorted(value) if kind in ("SS", "BS") else value


def attribute_of(value: Any, function: str) -> Attribute | None:
    """The attribute that a function's result stands for; None is absent."""
    return None if value is None else _attribute(value, function)


def _attribute(value: Any, function: str) -> Attribute:
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, int | Decimal):  # a float is never exact
        return {"N": str(value)}
    if isinstance(value, bytes):
        return {"B": value}
    if isinstance(value, list | tuple):
        return {"L": [_attribute(entry, function) for entry in value]}
    if isinstance(value, dict):
        return {"M": {str(name): _attribute(entry, function) for name, entry in value.items()}}
    message = f"{function} returned a {type(value).__name__}, which is no attribute"
    raise FixInputError(message, "return text, a number, a boolean, bytes, a list, a dict or None")
