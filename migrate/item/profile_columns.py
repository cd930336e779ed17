"""Pages of raw items taken apart by attribute: what repeats in a page is decoded once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import orjson

from migrate.item.profile_weights import Weights

_decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode

_FIRST = 16


@dataclass(frozen=True, slots=True)
class Column:
    """The attributes of one name in a page, decoded, with how many items have each."""

    attributes: list[Any]
    weights: Weights


def columns_of(raws: Sequence[bytes]) -> dict[str, Column] | None:
    """The columns by attribute name. None when anything in the page is odd (no item, no JSON, lone
    surrogates): its items must then be decoded one by one."""
    found: defaultdict[str, list[msgspec.Raw]] = defaultdict(list)
    try:
        for raw in raws:
            for name, attribute in _decode(raw).items():
                found[name].append(attribute)
        return {name: _column(attributes) for name, attributes in found.items()}
    except (msgspec.DecodeError, orjson.JSONDecodeError, RecursionError):
        return None


def _column(attributes: list[msgspec.Raw]) -> Column:
    """Looking at the first few tells whether it is worth to look for what repeats."""
    different: Collection[bytes | msgspec.Raw] = set(map(bytes, attributes[:_FIRST]))
    weights: Weights = None
    if len(different) == 1 and attributes.count(attributes[0]) == len(attributes):
        weights = [len(attributes)]
    elif len(different) == _FIRST:
        different = attributes
    else:
        counts = Counter(map(bytes, attributes))
        different, weights = counts, list(counts.values())
    return Column(orjson.loads(b"[" + b",".join(different) + b"]"), weights)


def columns_of_maps(maps: Sequence[dict[str, Any]], weights: Weights) -> dict[str, Column]:
    """The columns of maps, each of which occurs as often as its weight says."""
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for one in maps:
        for name, attribute in one.items():
            found[name].append(attribute)
    if weights is None:
        return {name: Column(attributes, None) for name, attributes in found.items()}
    each: defaultdict[str, list[int]] = defaultdict(list)
    for one, weight in zip(maps, weights, strict=True):
        for name in one:
            each[name].append(weight)
    return {name: Column(attributes, each[name]) for name, attributes in found.items()}
