"""When keys that wait for a unique value are tried again: soon after rows of theirs changed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from migrate.mapping.spec import Mapping
from migrate.pipeline.copies import Copy
from migrate.pipeline.follow_apply import Tried

# While changes pour in, a model's keys are tried once in so many seconds; rows that the new system
# removed by itself are noticed by looking at all keys now and then.
_PACE_SECONDS = 1.0
_LOOK_SECONDS = 60.0


@dataclass(slots=True)
class _Pass:
    """A walk over the waiting keys of one model. `touched`: rows changed since it began, or keys
    were settled in it, so that another one is due."""

    after: str | None = None
    is_due: bool = True
    touched: bool = False
    tried_at: float = 0.0
    ended_at: float = 0.0


class WaitingKeys:
    """Chooses whose keys are tried next."""

    def __init__(self, mappings: Sequence[Mapping]) -> None:
        self._tables = {one.model: {t.target for t in one.tables} for one in mappings}
        self._passes = {one.model: _Pass() for one in mappings}

    def rows_changed(self, models: Iterable[str]) -> None:
        """What these models write may have been in the way of every model of the same tables."""
        tables = {table for model in models for table in self._tables[model]}
        for model, walk in self._passes.items():
            if not tables.isdisjoint(self._tables[model]):
                walk.touched = walk.is_due = True

    def next(self, copies: Sequence[Copy], *, is_idle: bool) -> tuple[str, str | None] | None:
        """(the model to try, the key to go on behind), None: nobody's turn."""
        now = time.monotonic()
        for one in copies:
            walk = self._passes[one.model]
            if not one.waiting:
                self._passes[one.model] = _Pass(is_due=False, ended_at=now)
                continue
            if walk.is_due and (is_idle or now - walk.tried_at >= _PACE_SECONDS):
                return one.model, walk.after
            if now - walk.ended_at >= _LOOK_SECONDS:
                walk.is_due = True
        return None

    def took(self, model: str, tried: Tried) -> None:
        """The outcome of what `next` chose."""
        walk, now = self._passes[model], time.monotonic()
        walk.tried_at = now
        walk.touched |= tried.settled > 0
        walk.after = tried.last
        if tried.last is None:
            walk.is_due, walk.touched, walk.ended_at = walk.touched, False, now

    def is_settled(self, copies: Sequence[Copy]) -> bool:
        """Whether every waiting key was tried since the last rows changed."""
        return not any(one.waiting and self._passes[one.model].is_due for one in copies)
