"""Captures the changes of every mapped table: durably, in order, and with every gap named.

One process a target. Its positions are in the ledger, beside the changes and committed with them:
after a kill, a lost connection or a reboot the same command goes on there.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from types import TracebackType
from typing import Literal, Self

from migrate.aws import ThrottledError
from migrate.errors import FixInputError
from migrate.ledger import locks, streams
from migrate.observe import CaptureProgress, Observer, silent
from migrate.pipeline import session
from migrate.pipeline.capture_horizon import HorizonWatch
from migrate.pipeline.capture_model import WatchedTable
from migrate.pipeline.capture_notes import CaptureNotes
from migrate.pipeline.capture_pool import Pool
from migrate.pipeline.capture_result import CaptureResult, result_of
from migrate.pipeline.capture_round import CaptureRound
from migrate.pipeline.capture_tables import CaptureTables
from migrate.pipeline.horizon import hours_to_horizon, utc_now
from migrate.pipeline.job import Job
from migrate.source.tables import check_key

Until = Literal["stopped", "quiet", "ended"]

REQUESTS_AT_ONCE = 8
FAILING = timedelta(seconds=30)
"""Where somebody waits for the end, an endpoint that fails for so long is not waited for."""

_TAKE_SECONDS_MAX = 0.25
_REST_SECONDS_MAX = 1.0
_PROGRESS_SECONDS = 1.0
_PIN_ROUNDS_MAX = 5
_LOOK_TIMES_MAX, _LOOK_AGAIN_SECONDS = 10, 1.0


def _sleep(seconds: float) -> bool:
    time.sleep(seconds)
    return False


class Capture:
    """The one capture of a target, from entering to leaving it.

    `wait` is called with seconds while nothing is to be done, and says whether to stop. With
    `requests` 0 each request is made by itself, in the calling thread.
    """

    def __init__(
        self,
        job: Job,
        observer: Observer = silent,
        *,
        now: Callable[[], datetime] = utc_now,
        wait: Callable[[float], bool] | None = None,
        requests: int = REQUESTS_AT_ONCE,
    ) -> None:
        self._job = job
        self._observer = observer
        self._now = now
        self._wait = wait
        self._requests = requests
        self._notes = CaptureNotes(observer)
        self._exits = ExitStack()

    def __enter__(self) -> Self:
        """Raises AskOperatorError while another process captures into the target."""
        with ExitStack() as exits:
            take = functools.partial(locks.lock_as, name=locks.CAPTURE)
            locked = session.locked(self._job.target, locks.CAPTURE, take)
            self._session = exits.enter_context(locked)
            self._pool = Pool(self._requests, self._now)
            exits.callback(self._pool.close)
            tables = CaptureTables(self._job, self._session, self._now, self._pool.room)
            exits.callback(tables.close)
            tables.load()
            self._tables = tables
            self._round = CaptureRound(tables, self._pool, self._notes)
            self._exits = exits.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._exits.__exit__(kind, error, trace)

    def pin(self) -> None:
        """Pin every mapped table's stream and list its shards, so that all that is written from now
        on is captured, now or later. Repeatable: what is pinned already is compared, and must
        still be readable where capture left off; else it is a gap, and pinned anew.

        Raises FixInputError that names every table whose stream cannot be followed, and
        RetryLaterError when DynamoDB cannot be asked.
        """
        for _ in range(_PIN_ROUNDS_MAX):
            self._look_at_all()
            if not self._find_places():
                break
        tables = self._tables.all
        for table in tables:
            if table.seen is not None and table.seen.stream is not None:
                check_key(table.mapping, table.seen.stream.table)
        refused = [one.refusal for one in tables if one.refusal and not one.generations]
        if refused:
            raise FixInputError(
                "; ".join(message for message, _ in refused),
                "; ".join(dict.fromkeys(hint for _, hint in refused)),
            )
        failed = [one.error for one in tables if one.error is not None]
        unpinned = [one.error for one in tables if one.error is not None and not one.generations]
        if unpinned or (failed and len(failed) == len(tables)):
            raise [*unpinned, *failed][0]

    def _look_at_all(self) -> None:
        """One look at each table; again where there were too many at once."""
        wanted = self._tables.all
        for _ in range(_LOOK_TIMES_MAX):
            for table in wanted:
                self._round.lookout.ask(table)
            self._receive_all()
            wanted = [one for one in wanted if isinstance(one.error, ThrottledError)]
            if not wanted or (self._wait or _sleep)(_LOOK_AGAIN_SECONDS):
                return

    def _find_places(self) -> bool:
        """Find the place in each shard where reading goes on. True: something was lost."""
        gaps = len(self._round.lookout.gaps)
        for table in self._tables.all:
            for live in list(table.readable()):
                if not live.is_asked:
                    self._round.ask(table, live, live.reader.find_place)
        self._receive_all()
        return len(self._round.lookout.gaps) > gaps

    def _receive_all(self) -> None:
        while self._pool.under_way:
            self._round.receive(self._pool.take(_TAKE_SECONDS_MAX))

    def run(self, stop: threading.Event, until: Until = "stopped") -> CaptureResult:
        """Capture until `stop` is set, or until it is done.

        "quiet": every open shard answered nothing for job.follow.quiet_seconds since the call;
        "ended": every generation in state closing was read to its end. A table that fails never
        stops the others. Raises AskOperatorError at the horizon if the profile says so.
        """
        started = time.monotonic()
        before = self._session.run(streams.captured_counts)
        horizon = HorizonWatch(self._job.follow, self._notes, self._give_up)
        self._tables.load()
        for table in self._tables.all:
            table.begin()
        shown_at: datetime | None = None
        while not stop.is_set() and not self._is_over(until):
            self._round.submit()
            self._round.receive(self._pool.take(self._seconds_to_take()))
            self._round.landing.write_silence()
            now = self._now()
            if shown_at is None or (now - shown_at).total_seconds() >= _PROGRESS_SECONDS:
                shown_at = now
                lag_seconds = horizon.check(self._tables.all, now)
                self._show(lag_seconds, time.monotonic() - started)
            if not self._pool.under_way and self._rest(stop):
                break
            self._tables.reload_states()
        self._round.landing.write_silence(at_once=True)
        if until != "stopped" and not stop.is_set():
            self._raise_failure()
        after = self._session.run(streams.captured_counts)
        gaps, seconds = self._round.lookout.gaps, time.monotonic() - started
        return result_of(self._tables.all, before, after, gaps, seconds, self._now())

    def _seconds_to_take(self) -> float:
        """How long to wait for an answer: until something else is due."""
        due = self._tables.next_due()
        if due is None or self._pool.under_way >= self._pool.room:
            return _TAKE_SECONDS_MAX
        return min(max(0.0, (due - self._now()).total_seconds()), _TAKE_SECONDS_MAX)

    def _rest(self, stop: threading.Event) -> bool:
        """Wait until something is due. True: stop."""
        due = self._tables.next_due()
        seconds = _REST_SECONDS_MAX if due is None else (due - self._now()).total_seconds()
        if seconds <= 0:
            return False
        return (self._wait or stop.wait)(min(seconds, _REST_SECONDS_MAX))

    def _is_over(self, until: Until) -> bool:
        if until == "stopped":
            return False
        if until == "ended":
            return not any(
                one.state == "closing" for table in self._tables.all for one in table.generations
            )
        return all(self._is_quiet(table) for table in self._tables.all)

    def _is_quiet(self, table: WatchedTable) -> bool:
        if table.failing_since is not None:
            return self._now() - table.failing_since >= FAILING
        if not table.looks or table.promised or table.orphans or table.is_to_be_pinned:
            return False
        if any(one.state != "open" for one in table.reading()):
            return False  # a stream that is off has an end, and is read up to there
        readable = set(table.readable())
        return all(
            live in readable and self._is_shard_quiet(live.quiet_since, live.failing_since)
            for live in table.live.values()
        )

    def _is_shard_quiet(self, quiet: datetime | None, failing: datetime | None) -> bool:
        now = self._now()
        if failing is not None:
            return now - failing >= FAILING
        return quiet is not None and (now - quiet).total_seconds() >= self._job.follow.quiet_seconds

    def _raise_failure(self) -> None:
        """Whoever waited for the end must know what did not come to it."""
        for table in self._tables.all:
            for error in (table.error, *(live.error for live in table.live.values())):
                if error is not None:
                    raise error

    def _give_up(self, table: WatchedTable, problem: str) -> None:
        if table.newest is not None and table.newest.state in {"open", "closing"}:
            self._round.lookout.lose(table, table.newest, problem)

    def _show(self, lag_seconds: float, seconds: float) -> None:
        self._observer(
            CaptureProgress(
                changes=self._round.landing.changes,
                tables=len(self._tables.all),
                lag_seconds=lag_seconds,
                hours_to_horizon=hours_to_horizon(lag_seconds),
                seconds=seconds,
            )
        )


def capture(
    job: Job,
    observer: Observer = silent,
    *,
    stop: threading.Event,
    until: Until = "stopped",
) -> CaptureResult:
    """Pin every table, then capture: what `migrate capture` does. Raises as `Capture`."""
    with Capture(job, observer) as process:
        process.pin()
        return process.run(stop, until)
