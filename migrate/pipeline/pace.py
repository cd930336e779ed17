"""How fast one worker scans: within the read units that the whole run shares in the ledger."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from migrate.aws import ThrottledError
from migrate.ledger import pace
from migrate.ledger.pace import PaceState
from migrate.pipeline.job import Job
from migrate.source.page import Page
from migrate.source.scan import hear_throttling
from migrate.target.connection import Connection

Result = TypeVar("Result")

# While nothing slows the run down, other workers' news are asked for this often.
_NEWS_SECONDS = 1.0
# Between rounds of botocore's own attempts, of which one round takes about a minute: a table that
# throttles everything for ten minutes is not merely busy.
_PAUSES_SECONDS = (5.0, 10.0, 20.0, 30.0, 30.0, 30.0, 30.0)


class Repeated(Protocol):
    """Runs a repeatable action on the ledger, whatever happens to the connection."""

    def __call__(self, action: Callable[[Connection], Result]) -> Result: ...


def _nobody() -> None:
    """No lease to keep."""


class SharedPace:
    """A `migrate.source.pace.Pace` over the ledger's bucket.

    `keep` renews the worker's lease: a long wait is no reason to take its part away. It may raise
    what tells that the part is gone. `sleep` takes seconds.
    """

    def __init__(
        self,
        job: Job,
        run_id: str,
        repeated: Repeated,
        keep: Callable[[], None] = _nobody,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._workers = job.workers
        self._nap_seconds_max = job.lease_seconds / 3
        self._run_id = run_id
        self._repeated = repeated
        self._keep = keep
        self._sleep = sleep
        self._started = self._told = time.monotonic()
        self._units = self._untold = 0.0
        self._state: PaceState | None = None

    def listen_to(self, client: Any) -> None:
        """Slow the run down when DynamoDB throttles this client."""
        hear_throttling(client, self._throttled)

    def __call__(self, ask: Callable[[], Page]) -> Page:
        if self._state is None:  # others may have read ahead already
            self._tell()
        if self._state is not None:
            self._wait(self._state.wait_seconds)
        page = self._patiently(ask)
        self._units += page.read_units
        self._untold += page.read_units
        self._tell()
        return page

    def _patiently(self, ask: Callable[[], Page]) -> Page:
        """Ask again where botocore gave up because of throttling. Raises ThrottledError."""
        pauses = iter(_PAUSES_SECONDS)
        while True:
            try:
                return ask()
            except ThrottledError as error:
                pause = next(pauses, None)
                if pause is None:
                    raise ThrottledError(error.message, _HINT) from None
                self._wait(pause)

    def _wait(self, seconds: float) -> None:
        while seconds > 0:
            nap = min(seconds, self._nap_seconds_max)
            self._sleep(nap)
            self._keep()
            seconds -= nap

    def _tell(self) -> None:
        """Take what was read out of the bucket, at once where it is limited."""
        now = time.monotonic()
        limited = self._state is None or self._state.units_per_second is not None
        if not limited and now - self._told < _NEWS_SECONDS:
            return
        spent, self._untold, self._told = self._untold, 0.0, now
        self._state = self._repeated(lambda c: pace.spend(c, self._run_id, spent))

    def _throttled(self, code: str) -> None:
        seconds = max(time.monotonic() - self._started, 1.0)
        measured = self._units / seconds * self._workers
        self._repeated(lambda c: pace.slow_down(c, self._run_id, measured, code))
        self._state = None  # asked for again with the next page
        self._keep()  # botocore's pauses add up to more than a lease


_HINT = (
    "something else reads this table, or its capacity is low: the same command goes on later,"
    " slower with load.read_units_per_second, or from an export"
)
