"""How fast one worker scans: one page ahead, within the read units that the whole run shares in
the ledger."""

from __future__ import annotations

import functools
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from migrate.aws import ThrottledError
from migrate.ledger import pace
from migrate.ledger.pace import PaceState
from migrate.pipeline.asked_page import AskedPage
from migrate.pipeline.job import Job
from migrate.source.pace import Ask
from migrate.source.page import Page
from migrate.source.scan import hear_throttling
from migrate.target.connection import Connection

Result = TypeVar("Result")

# While nothing slows the run down, other workers' news are asked for this often.
_NEWS_SECONDS = 1.0
# While an answer is waited for, the lease and throttling are looked after this often.
_LOOK_SECONDS = 1.0
# Between rounds of botocore's own attempts, of which one round takes about a minute: a table that
# throttles everything for ten minutes is not merely busy.
_PAUSES_SECONDS = (5.0, 10.0, 20.0, 30.0, 30.0, 30.0, 30.0)


class Repeated(Protocol):
    """Runs a repeatable action on the ledger, whatever happens to the connection."""

    def __call__(self, action: Callable[[Connection], Result]) -> Result: ...


def _nobody() -> None:
    """No lease to keep."""


class SharedPace:
    """A `migrate.source.pace.Pace` over the ledger's bucket, which is used by one thread only.

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
        self._read: deque[float] = deque()  # by threads that ask, of which the ledger knows nothing
        self._heard: deque[str] = deque()
        self._state: PaceState | None = None

    def listen_to(self, client: Any) -> None:
        """Slow the run down when DynamoDB throttles this client."""
        hear_throttling(client, self._heard.append)

    def __call__(self, ask: Ask) -> Ask:
        """Ask now where the bucket has room, else when the page is wanted."""
        if self._state is None:  # others may have read ahead already
            self._tell()
        counted = functools.partial(self._counted, ask)
        has_room = self._state is None or self._state.wait_seconds <= 0
        asked = AskedPage(counted) if has_room else None
        return functools.partial(self._page, counted, asked)

    def _counted(self, ask: Ask) -> Page:
        """In the thread that asks. What was read counts, also where nobody takes the page."""
        page = ask()
        self._read.append(page.read_units)
        return page

    def _page(self, ask: Ask, asked: AskedPage | None) -> Page:
        if asked is None:
            if self._state is not None:
                self._wait(self._state.wait_seconds)
            asked = AskedPage(ask)
        page = self._patiently(ask, asked)
        self._tell()
        return page

    def _patiently(self, ask: Ask, asked: AskedPage) -> Page:
        """Ask again where botocore gave up because of throttling. Raises ThrottledError."""
        pauses = iter(_PAUSES_SECONDS)
        while True:
            try:
                return self._answer(asked)
            except ThrottledError as error:
                pause = next(pauses, None)
                if pause is None:
                    raise ThrottledError(error.message, _HINT) from None
                self._wait(pause)
            asked = AskedPage(ask)

    def _answer(self, asked: AskedPage) -> Page:
        """An answer can take longer than a lease, and so can the pauses of botocore."""
        while not asked.answered_within(_LOOK_SECONDS):
            self._heed_throttling()
            self._keep()
        self._heed_throttling()
        return asked.take()

    def _wait(self, seconds: float) -> None:
        while seconds > 0:
            nap = min(seconds, self._nap_seconds_max)
            self._sleep(nap)
            self._keep()
            seconds -= nap

    def _tell(self) -> None:
        """Take what was read out of the bucket, at once where it is limited."""
        while self._read:
            units = self._read.popleft()
            self._units += units
            self._untold += units
        now = time.monotonic()
        limited = self._state is None or self._state.units_per_second is not None
        if not limited and now - self._told < _NEWS_SECONDS:
            return
        spent, self._untold, self._told = self._untold, 0.0, now
        self._state = self._repeated(lambda c: pace.spend(c, self._run_id, spent))

    def _heed_throttling(self) -> None:
        """Tell the ledger what the thread that asks has heard: the connection is not its own."""
        while self._heard:
            code = self._heard.popleft()
            seconds = max(time.monotonic() - self._started, 1.0)
            measured = self._units / seconds * self._workers
            self._slow_down(measured, code)

    def _slow_down(self, measured: float, code: str) -> None:
        self._repeated(lambda c: pace.slow_down(c, self._run_id, measured, code))
        self._state = None  # asked for again with the next page


_HINT = (
    "something else reads this table, or its capacity is low: the same command goes on later,"
    " slower with load.read_units_per_second, or from an export"
)
