"""Canonical text of what the target holds, by column type.

Values are fetched as text (`column::text`, `column::text[]` for arrays) under the settings of
`migrate.validate.session`; what PostgreSQL could write in two ways is written here in one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from migrate.mapping.column_type import ColumnType
from migrate.validate.numbers import canonical_number, is_number
from migrate.validate.refused import Refused
from migrate.validate.structured import json_of_text

Canonical = Callable[[Any], str]

_INSTANT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?(\+00)?")
_CLOCK = re.compile(r"([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?")
_BOOLEANS = {"t": "true", "f": "false", "true": "true", "false": "false"}


def canonical_of(column_type: ColumnType) -> Canonical:
    """The function from fetched text (a list for arrays) to canonical text.

    What is not in the type's usual form (NaN, infinity, a year before Christ) stays as fetched:
    no source value makes it, so it is a difference.
    """
    scalar = _SCALARS.get(column_type.name, str)
    if not column_type.is_array:
        return scalar
    return lambda values: array_text(_elements(values, scalar))


def array_text(elements: list[Any]) -> str:
    """An array's canonical text, from those of its elements (None for NULL)."""
    return json.dumps(elements, ensure_ascii=False, separators=(",", ":"))


def _elements(values: list[Any], scalar: Canonical) -> list[Any]:
    return [
        None if value is None
        else _elements(value, scalar) if isinstance(value, list)
        else scalar(value)
        for value in values
    ]  # fmt: skip


def _number(text: str) -> str:
    return canonical_number(text) if is_number(text) else text


def _json(text: str) -> str:
    try:
        return json_of_text(text)
    except Refused:  # no source value makes it, such as 101 levels
        return text


def _boolean(text: str) -> str:
    return _BOOLEANS.get(text, text)


def _instant(text: str) -> str:
    return _without_zeros(_INSTANT.fullmatch(text), text)


def _clock(text: str) -> str:
    return _without_zeros(_CLOCK.fullmatch(text), text)


def _without_zeros(match: re.Match[str] | None, text: str) -> str:
    if match is None:
        return text
    return match.group(1) + (match.group(2) or "").rstrip("0").rstrip(".")


_SCALARS: dict[str, Canonical] = {
    "uuid": str.lower,
    "boolean": _boolean,
    "smallint": _number,
    "integer": _number,
    "bigint": _number,
    "numeric": _number,
    "double precision": _number,
    "time": _clock,
    "timestamp": _instant,
    "timestamptz": _instant,
    "jsonb": _json,
}
