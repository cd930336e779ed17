"""The clock that a test turns: nothing in the fake looks at any other one."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

_START = datetime(2025, 4, 1, 9, 0, 0, 250_000, tzinfo=UTC)


class FakeClock:
    """Stands still until it is advanced; with `runs`, it also goes on by itself, as other
    processes need it that wait for time to pass."""

    def __init__(self, now: datetime = _START, *, runs: bool = False) -> None:
        assert now.tzinfo is not None, "a time without a zone"
        self._now = now.astimezone(UTC)
        self._started = time.monotonic() if runs else None
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            if self._started is None:
                return self._now
            return self._now + timedelta(seconds=time.monotonic() - self._started)

    def advance(self, seconds: float) -> None:
        assert seconds >= 0, "time goes forward only"
        with self._lock:
            self._now += timedelta(seconds=seconds)
