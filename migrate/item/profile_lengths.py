"""How long values are: exact least and greatest, and a histogram for the shares between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


def _bucket(size: int) -> int:
    """The upper edge of a size's bucket: exact below 256, then within 1/128 of the size.

    A DynamoDB value has up to 400 KB; this keeps at most about 1,700 buckets whatever is stored.
    """
    if size < 256:
        return size
    shift = size.bit_length() - 8
    return (((size >> shift) + 1) << shift) - 1


@dataclass(slots=True)
class Lengths:
    """Sizes of values; what unit, the owner knows. Merging in any order gives the same."""

    buckets: Counter[int] = field(default_factory=Counter)
    least: int | None = None
    greatest: int | None = None

    def add(self, sizes: Iterable[int]) -> None:
        self.add_counts(Counter(sizes))

    def add_counts(self, counts: Mapping[int, int]) -> None:
        """Sizes with the number of values that have them."""
        if not counts:
            return
        self._widen(min(counts), max(counts))
        for size, count in counts.items():
            self.buckets[_bucket(size)] += count

    def merge(self, other: Lengths) -> None:
        if other.least is not None and other.greatest is not None:
            self._widen(other.least, other.greatest)
            self.buckets.update(other.buckets)

    def _widen(self, least: int, greatest: int) -> None:
        self.least = least if self.least is None else min(self.least, least)
        self.greatest = greatest if self.greatest is None else max(self.greatest, greatest)

    @property
    def count(self) -> int:
        return sum(self.buckets.values())

    @property
    def empty(self) -> int:
        """How many values have the size 0."""
        return self.buckets[0]

    def quantile(self, share: float) -> int | None:
        """The size that `share` of the values do not exceed; an upper edge from 256 on."""
        if self.greatest is None:
            return None
        wanted, seen = share * self.count, 0
        for edge in sorted(self.buckets):
            seen += self.buckets[edge]
            if seen >= wanted:
                return min(edge, self.greatest)
        return self.greatest
