"""Watches how near the horizon is while capture runs, and does what the profile says about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from migrate.errors import AskOperatorError
from migrate.pipeline.capture_model import WatchedTable
from migrate.pipeline.capture_notes import CaptureNotes
from migrate.pipeline.following import FollowSettings
from migrate.pipeline.horizon import capture_lag_seconds, hours_to_horizon

_AGAIN = timedelta(hours=1)
_GROWN_SECONDS = 60.0


class HorizonWatch:
    """`give_up(table, problem)` makes a table's copy invalid."""

    def __init__(
        self,
        settings: FollowSettings,
        notes: CaptureNotes,
        give_up: Callable[[WatchedTable, str], None],
    ) -> None:
        self._settings = settings
        self._notes = notes
        self._give_up = give_up
        self._first_seconds: dict[str, float] = {}

    def check(self, tables: list[WatchedTable], now: datetime) -> float:
        """The lag of the table furthest behind, in seconds. Raises AskOperatorError where the
        profile says stop."""
        lags = {one.model: capture_lag_seconds(one.unfinished(), now) for one in tables}
        for table in tables:
            self._check(table, lags[table.model], now)
        return max(lags.values(), default=0.0)

    def _check(self, table: WatchedTable, lag_seconds: float, now: datetime) -> None:
        if lag_seconds < self._settings.horizon_warn_hours * 3600:
            self._first_seconds.pop(table.model, None)
            return
        hours = hours_to_horizon(lag_seconds)
        text = (
            f"{table.table}: reading is {lag_seconds / 3600:.1f} h behind; {hours:.1f} h until"
            " DynamoDB forgets what was not read"
        )
        self._notes.now_and_then(table.table, "horizon", text, now, _AGAIN)
        # Whoever comes back after a long stop is behind, and catches up: only what grows is acted
        # on.
        first = self._first_seconds.setdefault(table.model, lag_seconds)
        if lag_seconds < first:
            self._first_seconds[table.model] = lag_seconds
        if lag_seconds - self._first_seconds[table.model] < _GROWN_SECONDS:
            return
        if self._settings.horizon_action == "stop":
            raise AskOperatorError(
                text, "horizon_action of the profile is `stop`; `migrate capture` goes on from here"
            )
        if self._settings.horizon_action == "copy-again":
            self._first_seconds.pop(table.model)
            self._give_up(table, f"reading was {lag_seconds / 3600:.1f} h behind")
