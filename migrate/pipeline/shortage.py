"""Tells the operator when DynamoDB throttles a load, and what the loader does about it."""

from __future__ import annotations

import time
from collections.abc import Callable

from migrate.ledger.pace import PaceState
from migrate.observe import Note, Observer

# A table that throttles does so many times a second; a log of it helps nobody.
_NOTE_SECONDS = 10.0


class Shortage:
    """Watches the run's pace. What was throttled up to `before` is old news."""

    def __init__(
        self,
        observer: Observer,
        before: PaceState | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._observer = observer
        self._throttles = before.throttles if before else 0
        self._clock = clock
        self._quiet_until = float("-inf")

    def tell(self, found: PaceState | None) -> None:
        """Say it once in a while, the first time at once."""
        now = self._clock()
        if found is None or found.throttles <= self._throttles or now < self._quiet_until:
            return
        count = found.throttles - self._throttles
        times = "1 time" if count == 1 else f"{count:,} times"
        self._throttles = found.throttles
        self._quiet_until = now + _NOTE_SECONDS
        self._observer(Note(f"DynamoDB throttles ({found.reason}, {times}): {_rate(found)}"))


def _rate(found: PaceState) -> str:
    if found.units_per_second is None:
        return "pausing before each further attempt"
    budget = "" if found.budget is None else f" of {found.budget:,.0f}"
    return f"reading at {found.units_per_second:,.0f}{budget} read units/s"
