"""How long a lost connection is borne."""

from __future__ import annotations

import time

from migrate.errors import MigrateError

# A database that restarts or fails over is back within this; afterwards the run stops, and the
# same command goes on later.
RECONNECT_SECONDS_MAX = 30.0
_PAUSE_SECONDS_FIRST = 0.1
_PAUSE_SECONDS_MAX = 5.0


class Patience:
    """Waits between attempts, longer each time, until it is used up."""

    def __init__(self) -> None:
        self._deadline: float | None = None  # counted from the first failure
        self._pause = _PAUSE_SECONDS_FIRST

    def spend(self, error: MigrateError) -> None:
        """Wait before the next attempt. Raises `error` when there is no time for one."""
        now = time.monotonic()
        self._deadline = self._deadline or now + RECONNECT_SECONDS_MAX
        if now + self._pause > self._deadline:
            raise error
        time.sleep(self._pause)
        self._pause = min(self._pause * 2, _PAUSE_SECONDS_MAX)
