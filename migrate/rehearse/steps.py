"""The steps of a rehearsal, timed, and shown while they run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from migrate.observe import Observer, StepFinished, StepStarted
from migrate.report.record import Step


@dataclass
class StepClock:
    """The steps so far."""

    observer: Observer
    steps: list[Step] = field(default_factory=list)

    @contextmanager
    def step(self, name: str) -> Iterator[list[str]]:
        """Time one step; what the block appends is its summary for people."""
        started_at, started = now_text(), time.monotonic()
        self.observer(StepStarted(name))
        summary: list[str] = []
        yield summary
        seconds = time.monotonic() - started
        self.steps.append(Step(name, round(seconds, 3), started_at))
        self.observer(StepFinished(name, seconds, " ".join(summary)))

    def seconds_from(self, name: str) -> float:
        """The step of this name and all behind it, together."""
        names = [step.name for step in self.steps]
        return sum(step.seconds for step in self.steps[names.index(name) :])


def now_text() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
