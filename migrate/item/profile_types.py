"""Attributes taken apart by DynamoDB type; what is no attribute at all is `malformed`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from migrate.item.profile_weights import Weights

MALFORMED = "malformed"

HELD_AS: dict[str, type] = {
    "S": str, "N": str, "B": str, "BOOL": bool, "NULL": bool,
    "L": list, "M": dict, "SS": list, "NS": list, "BS": list,
}  # fmt: skip

Typed = tuple[str, Sequence[Any], Weights]


def by_type(attributes: Sequence[Any], weights: Weights) -> Iterator[Typed]:
    """Type by type, the values with their weights."""
    if set(map(type, attributes)) == {dict} and set(map(len, attributes)) == {1}:
        kinds = list(chain.from_iterable(attributes))
        values = list(chain.from_iterable(map(dict.values, attributes)))
        found = list(_split(kinds, values, weights))
        if all(_held_right(kind, held) for kind, held, _ in found):
            yield from found
            return
    pairs = list(map(_kind_and_value, attributes))
    yield from _split([kind for kind, _ in pairs], [value for _, value in pairs], weights)


def _split(kinds: list[str], values: list[Any], weights: Weights) -> Iterator[Typed]:
    different = list(dict.fromkeys(kinds))  # as they come first
    if len(different) == 1:
        yield different[0], values, weights
        return
    for kind in different:
        places = [place for place, one in enumerate(kinds) if one == kind]
        each = None if weights is None else [weights[place] for place in places]
        yield kind, [values[place] for place in places], each


def _kind_and_value(attribute: Any) -> tuple[str, Any]:
    if isinstance(attribute, dict) and len(attribute) == 1:
        [(kind, value)] = attribute.items()
        if _held_right(kind, [value]):
            return kind, value
    return MALFORMED, attribute


def _held_right(kind: str, values: Sequence[Any]) -> bool:
    return kind in HELD_AS and set(map(type, values)) == {HELD_AS[kind]}
