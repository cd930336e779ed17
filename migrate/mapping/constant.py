"""Constants in a specification, read as if an attribute of an item held them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, WithJsonSchema

Attribute = dict[str, Any]


def attribute(value: Any) -> Attribute:
    """The typed-JSON attribute that a YAML value stands for. Raises ValueError for null."""
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, float):
        return {"N": format(Decimal(repr(value)), "f")}
    if isinstance(value, list):
        return {"L": [attribute(element) for element in value]}
    if isinstance(value, dict):
        return {"M": {str(name): attribute(element) for name, element in value.items()}}
    raise ValueError("null is not a constant // leave the key out to have SQL NULL")


def _checked(value: Any) -> Any:
    attribute(value)
    return value


Constant = Annotated[Any, AfterValidator(_checked), WithJsonSchema({"not": {"type": "null"}})]
