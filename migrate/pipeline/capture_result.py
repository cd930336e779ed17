"""What a capture says at its end."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from datetime import datetime

from migrate.pipeline.capture_model import WatchedTable
from migrate.pipeline.horizon import capture_lag_seconds

Counts = AnyMapping[tuple[str, int], int]
"""Captured changes by model and generation."""


@dataclass(frozen=True, slots=True)
class CapturedTable:
    """One table as the ledger has it at the end; `captured` counts the generation's changes."""

    model: str
    table: str
    generation: int
    state: str
    problem: str
    captured: int
    open_shards: int
    lag_seconds: float


@dataclass(frozen=True, slots=True)
class CaptureResult:
    """What `migrate capture --json` prints. `captured`: changes landed by this call; `gaps`: those
    that it found."""

    captured: int
    tables: list[CapturedTable]
    gaps: list[str]
    seconds: float


def result_of(
    tables: list[WatchedTable],
    before: Counts,
    after: Counts,
    gaps: list[str],
    seconds: float,
    now: datetime,
) -> CaptureResult:
    """`before` and `after`: what the ledger holds at both ends of the call."""
    models = {one.model for one in tables}
    landed = sum(
        count - before.get(place, 0) for place, count in after.items() if place[0] in models
    )
    shown = [_captured_table(one, after, now) for one in tables]
    return CaptureResult(landed, shown, list(gaps), round(seconds, 3))


def _captured_table(table: WatchedTable, counts: Counts, now: datetime) -> CapturedTable:
    newest = table.newest
    number = newest.number if newest else 0
    unfinished = table.unfinished()
    return CapturedTable(
        model=table.model,
        table=table.table,
        generation=number,
        state=newest.state if newest else "not captured",
        problem=newest.problem if newest else (table.refusal or ("",))[0],
        captured=counts.get((table.model, number), 0),
        open_shards=len(unfinished),
        lag_seconds=round(capture_lag_seconds(unfinished, now), 1),
    )
