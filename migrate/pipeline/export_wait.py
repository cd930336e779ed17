"""Starts exports, waits for them, and goes on waiting for those that an earlier command started."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrate.errors import DefectError, FixInputError, MigrateError, RetryLaterError
from migrate.observe import ExportProgress, Note, Observer
from migrate.pipeline.export_plan import TableExports
from migrate.source import export_request
from migrate.source.export_request import BusyError, ExportRequest, ExportState

# An export takes minutes at least, whatever the table's size.
POLL_SECONDS = 15.0

# How long AWS may be busy for one table without a break. Its limit of exports at a time frees up as
# exports end, which takes minutes to hours.
_BUSY_SECONDS_MAX = 4 * 3600.0

_PASSING_FAILURES = ("internal", "unavailable", "throttl", "timeout", "slowdown")


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as the waiting sees it, in seconds."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(slots=True)
class Progression:
    """One table: its finished exports, the one at work, and the error that stopped it."""

    exports: TableExports
    done: list[ExportState] = field(default_factory=list)
    current: ExportState | None = None
    error: MigrateError | None = None
    busy_since: float | None = None

    @property
    def request(self) -> ExportRequest | None:
        """The one to be made now; None when all are."""
        requests = self.exports.requests
        return requests[len(self.done)] if len(self.done) < len(requests) else None

    @property
    def is_over(self) -> bool:
        return self.error is not None or self.request is None


def export(
    client: Any,
    tables: Sequence[TableExports],
    *,
    wait: bool,
    observer: Observer,
    clock: Clock,
) -> list[Progression]:
    """Make the exports: tables side by side, each table's own in order.

    One that fails stops its own table only; its error stands in the result. Without `wait` it ends
    when everything that can be at work is. Raises nothing of AWS.
    """
    started = clock.now()
    found = [Progression(one) for one in tables]
    while True:
        for one in found:
            _advance(client, one, observer, clock)
        observer(_progress(found, clock.now() - started))
        if all(one.is_over or (one.current and not wait) for one in found):
            return found
        clock.sleep(POLL_SECONDS)


def _advance(client: Any, one: Progression, observer: Observer, clock: Clock) -> None:
    """Take one table as far as it goes now."""
    try:
        while not one.is_over:
            one.current = _looked_at(client, one, observer)
            one.busy_since = None
            if one.current.status == "IN_PROGRESS":
                return
            _finish(one, one.current)
    except BusyError as error:
        _bear(one, error, clock.now(), observer)
    except MigrateError as error:
        one.error = error


def _looked_at(client: Any, one: Progression, observer: Observer) -> ExportState:
    if one.current is not None:
        return export_request.describe_export(client, one.current.arn)
    request = one.request
    assert request is not None
    state = _at_work(client, request)
    if state is not None:
        observer(Note(f"{one.exports.model}: waits for the export that is at work"))
        return state
    state = _started(client, request)
    if state.status == "COMPLETED":
        when = state.started.isoformat() if state.started else "earlier"
        hint = "" if request.at or request.until else "; a newer one: with a time, or 8 hours later"
        observer(Note(f"{one.exports.model}: was exported already, begun {when}{hint}"))
    return state


def _at_work(client: Any, request: ExportRequest) -> ExportState | None:
    """The export of this request that is at work, however long it has been."""
    for state in export_request.running(client, request.table_arn):
        if state.answers(request):
            return state
        if request.since is not None and state.overlaps(request):
            message = f"another incremental export from the same second is at work: {state.arn}"
            raise RetryLaterError(message, "run the command again when it has ended")
    return None


def _started(client: Any, request: ExportRequest) -> ExportState:
    """A new export, or the one of the same request. AWS answers with a failed one as well, for 8
    hours; it is not tried again under its own token."""
    for attempt in range(export_request.ATTEMPTS_MAX):
        state = export_request.start(client, request, attempt)
        if state.status != "FAILED":  # a new one never is
            return state
    return state


def _finish(one: Progression, state: ExportState) -> None:
    one.current = None
    if state.status == "COMPLETED":
        one.done.append(state)
        return
    one.current = state
    one.error = _failure(one.exports.table.name, state)


def _failure(table: str, state: ExportState) -> MigrateError:
    code = state.failure_code or "no code"
    message = f"the export of table {table} failed: {code}"
    if state.failure_message:
        message += f": {state.failure_message}"
    if any(word in code.lower() for word in _PASSING_FAILURES):
        return RetryLaterError(message, "the same command starts it again")
    hint = "check bucket, key and their policies; the same command starts it again"
    return FixInputError(message, hint)


def _bear(one: Progression, error: BusyError, now: float, observer: Observer) -> None:
    if one.busy_since is None:
        one.busy_since = now
        observer(Note(f"{one.exports.model}: {error.message}; trying again"))
    elif now - one.busy_since > _BUSY_SECONDS_MAX:
        one.error = error


def _progress(found: Sequence[Progression], seconds: float) -> ExportProgress:
    total = sum(len(one.exports.requests) for one in found)
    done = sum(len(one.done) for one in found)
    at_work = sum(1 for one in found if one.current is not None and one.error is None)
    return ExportProgress(done, at_work, total - done - at_work, seconds)


def error_of(found: Sequence[Progression]) -> MigrateError | None:
    """The errors of all tables as one; None when there is none."""
    failed = [(one.exports.model, one.error) for one in found if one.error is not None]
    if len(failed) < 2:
        return failed[0][1] if failed else None
    told = "; ".join(f"{model}: {error.message}" for model, error in failed)
    hints = " / ".join(dict.fromkeys(error.hint for _, error in failed if error.hint))
    kinds = (DefectError, FixInputError, RetryLaterError)
    kind = next(k for k in kinds if any(isinstance(error, k) for _, error in failed))
    return kind(f"{len(failed)} tables were not exported: {told}", hints)
