"""How many changes are due at a time: steady for a while, then a pause, then all at once."""

from __future__ import annotations

from dataclasses import dataclass

_CYCLE_SECONDS = 5.0
_STEADY_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Pace:
    """`rate`: changes a second on the whole."""

    rate: float

    def due(self, seconds: float) -> int:
        """How many must be written that long after the start."""
        within = seconds % _CYCLE_SECONDS
        pause = max(0.0, within - _STEADY_SECONDS)
        return int(self.rate * (seconds - pause))
