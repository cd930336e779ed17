"""Values with the number of their occurrences: what repeats is looked at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

Weights = Sequence[int] | None
"""How often each value of a list occurs; None: each once, though values may be equal."""


def total(values: Sequence[object], weights: Weights) -> int:
    """How many occurrences there are."""
    return len(values) if weights is None else sum(weights)


def summed(keys: Sequence[Key], weights: Weights) -> Counter[Key]:
    """Occurrences by key, where several values may have one key."""
    if weights is None:
        return Counter(keys)
    counts: Counter[Key] = Counter()
    for key, weight in zip(keys, weights, strict=True):
        counts[key] += weight
    return counts


def counted(values: Sequence[Key], weights: Weights) -> Mapping[Key, int]:
    """The different values, with the number of their occurrences."""
    if weights is not None:
        counts = dict(zip(values, weights, strict=True))
        if len(counts) == len(values):
            return counts
    return summed(values, weights)


def by_key(keys: Sequence[Key], counts: Mapping[Value, int]) -> Counter[Key]:
    """Occurrences by the keys of what `counts` counts, in its order."""
    weights = list(counts.values())
    return summed(keys, None if sum(weights) == len(weights) else weights)


def repeated(times: Sequence[int], weights: Weights) -> Weights:
    """The weights of values of which several come from one: `times` of them from each."""
    if weights is None:
        return None
    return [weight for count, weight in zip(times, weights, strict=True) for _ in range(count)]
