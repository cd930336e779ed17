"""Which values, and how many different ones: counted one by one while few, then estimated.

Up to `VALUES_MAX` different short values are kept with their counts. Beyond that the values are
let go, and only the least `SKETCH` of their 64-bit hashes stay: exact below that number, an
estimate from their density above it (relative error about 1/sqrt(SKETCH), 2.2%). What is kept
depends on the set of values only, never on their order or on how the work was divided.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

VALUES_MAX = 50
VALUE_LENGTH_MAX = 64
SKETCH = 2048

_HASHES = 2**64


def _hash(value: str) -> int:
    # Python's own hash differs from process to process; this one is the same everywhere.
    data = value.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big")


@dataclass(slots=True)
class Distinct:
    """Different values. `values` is None once there were too many of them, or one too long."""

    values: dict[str, int] | None = field(default_factory=dict)
    hashes: set[int] = field(default_factory=set)
    _limit: int = _HASHES

    def add(self, counts: Mapping[str, int]) -> None:
        """Values with the number of their occurrences."""
        if self.values is None:
            self._keep(counts)
            return
        for value, count in counts.items():
            self.values[value] = self.values.get(value, 0) + count
        # All are looked at, and only then the bound: a page's own order must not matter.
        if len(self.values) > VALUES_MAX or any(len(v) > VALUE_LENGTH_MAX for v in counts):
            self._let_go()

    def merge(self, other: Distinct) -> None:
        if other.values is not None:
            self.add(other.values)
            return
        if self.values is not None:
            self._let_go()
        self._take(other.hashes)

    def _let_go(self) -> None:
        values, self.values = self.values or {}, None
        self._keep(values)

    def _keep(self, values: Iterable[str]) -> None:
        self._take(_hash(value) for value in values)

    def _take(self, hashes: Iterable[int]) -> None:
        limit = self._limit
        self.hashes.update(one for one in hashes if one < limit)
        if len(self.hashes) > 2 * SKETCH:
            self.trim()

    def trim(self) -> None:
        """Let go of all hashes but the least; done now and then, and before comparing."""
        if len(self.hashes) > SKETCH:
            least = heapq.nsmallest(SKETCH, self.hashes)
            self.hashes, self._limit = set(least), least[-1]

    @property
    def is_exact(self) -> bool:
        return self.values is not None or len(self.hashes) < SKETCH

    @property
    def count(self) -> int:
        """Different values: exact, or an estimate (`is_exact`)."""
        if self.values is not None:
            return len(self.values)
        self.trim()
        if self.is_exact:
            return len(self.hashes)
        return round((SKETCH - 1) * _HASHES / max(self.hashes))
