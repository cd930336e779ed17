"""JSON values as one canonical text: keys sorted, numbers exact, from attributes and from JSON."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from migrate.validate.numbers import canonical_number, sort_value
from migrate.validate.refused import Attribute, Refused, stored

_LEVELS_MAX = 100  # of JSON in text; the language's own limit, the same on every machine

_quoted = json.JSONEncoder(ensure_ascii=False).encode


class _Number(str):
    """The canonical text of a JSON number, told apart from a JSON string."""

    __slots__ = ()


def json_of_attribute(attribute: Attribute) -> str:
    """The canonical JSON that an attribute becomes in jsonb. Raises Refused."""
    ((kind, value),) = attribute.items()
    return _WRITERS[kind](value)


def json_of_text(text: str) -> str:
    """The canonical form of JSON text. Raises Refused."""
    try:
        parsed = json.loads(
            text, parse_float=_number, parse_int=_number, parse_constant=_no_constant
        )
    except (ValueError, RecursionError):
        raise Refused("bad-json") from None
    return _parsed(parsed, _LEVELS_MAX)


def base64_text(value: bytes) -> str:
    """B as it stands in jsonb: base64 with padding."""
    return base64.b64encode(value).decode("ascii")


def _number(text: str) -> _Number:
    return _Number(canonical_number(text))


def _no_constant(name: str) -> Any:
    raise ValueError(name)  # NaN and Infinity are Python's extension, not JSON


def _string(text: str) -> str:
    return _quoted(stored(text))


def _parsed(value: Any, levels: int) -> str:
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, dict | list) and levels == 0:
        raise Refused("bad-json")
    if isinstance(value, dict):
        entries = [
            (name, _string(name), _parsed(entry, levels - 1)) for name, entry in value.items()
        ]
        return _object(entries)
    if isinstance(value, list):
        return _array([_parsed(entry, levels - 1) for entry in value])
    return "null" if value is None else "true" if value else "false"


def _object(entries: list[tuple[str, str, str]]) -> str:
    """Of (name, name as JSON, value as JSON); in the order of the names themselves."""
    return "{" + ",".join(f"{name}:{value}" for _, name, value in sorted(entries)) + "}"


def _array(values: list[str]) -> str:
    return "[" + ",".join(values) + "]"


_WRITERS: dict[str, Callable[[Any], str]] = {
    "S": _string,
    "N": canonical_number,
    "BOOL": lambda value: "true" if value else "false",
    "NULL": lambda _: "null",
    "L": lambda values: _array([json_of_attribute(value) for value in values]),
    "M": lambda entries: _object(
        [(name, _string(name), json_of_attribute(value)) for name, value in entries.items()]
    ),
    "SS": lambda values: _array([_string(value) for value in sorted(values)]),
    "NS": lambda values: _array([canonical_number(v) for v in sorted(values, key=sort_value)]),
    "B": lambda value: _quoted(base64_text(value)),
    "BS": lambda values: _array([_quoted(v) for v in sorted(map(base64_text, values))]),
}
