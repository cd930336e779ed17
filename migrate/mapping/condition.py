"""Conditions over an item: which items are filtered, which tables get a row."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, WithJsonSchema

from migrate.mapping import constant
from migrate.mapping.path import Path, parse


def _checked(value: Any) -> Any:
    if not isinstance(value, dict) or not value:
        raise ValueError("a condition is a map of attribute to what it must be")
    for name, wanted in value.items():
        parse(name)
        _check_wanted(name, wanted)
    return value


def _check_wanted(name: str, wanted: Any) -> None:
    if isinstance(wanted, dict):
        if list(wanted) == ["present"] and isinstance(wanted["present"], bool):
            return None
        if list(wanted) == ["not"] and not isinstance(wanted["not"], dict):
            return _check_wanted(name, wanted["not"])
        raise ValueError(f"{name}: write a constant, a list, {{not: ...}} or {{present: true}}")
    if wanted == []:
        raise ValueError(f"{name}: an empty list equals nothing")
    for one in wanted if isinstance(wanted, list) else [wanted]:
        if isinstance(one, list | dict) or one is None:
            raise ValueError(f"{name}: compared with text, a number or a boolean only")
        constant.attribute(one)
    return None


def _only(key: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {key: schema},
        "required": [key],
        "additionalProperties": False,
    }


_SCALAR = {"type": ["string", "number", "boolean"]}
_EQUAL = [_SCALAR, {"type": "array", "items": _SCALAR, "minItems": 1}]
_WANTED = [
    *_EQUAL,
    _only("not", {"anyOf": _EQUAL}),
    _only("present", {"type": "boolean"}),
]

Condition = Annotated[
    dict[str, Any],
    AfterValidator(_checked),
    WithJsonSchema(
        {"type": "object", "minProperties": 1, "additionalProperties": {"anyOf": _WANTED}}
    ),
]


def paths(condition: Condition | None) -> list[Path]:
    """The paths that a condition looks at."""
    return [parse(name) for name in condition or {}]
