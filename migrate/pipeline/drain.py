"""The definitive drain of a frozen source: streams closed, read to their end, applied, reopened.

"Nothing came for a while" proves nothing, because an empty answer of a stream may hide changes. A
stream that was closed has an end: what is captured and applied up to there is everything.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from migrate.aws import client, translated
from migrate.errors import AskOperatorError, RetryLaterError
from migrate.ledger import streams
from migrate.ledger.streams import Generation
from migrate.observe import Note, Observer, silent
from migrate.pipeline.capture import Capture
from migrate.pipeline.copies import Copy, copies_of, copy_again
from migrate.pipeline.follow import Follower, FollowResult, result_of
from migrate.pipeline.horizon import utc_now
from migrate.pipeline.job import Job
from migrate.pipeline.loaded import loaded_run
from migrate.target import connection as target
from migrate.target.connection import Connection

_SECONDS_MAX = 900.0
"""For reading every stream to its end; DynamoDB answers within milliseconds, and keeps what a
closed stream holds for 24 hours, so that a drain that gave up can be started again."""
_PAUSE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class DrainStep:
    """One table, and what a drain does with it now: close, read, reopen, or nothing."""

    model: str
    table: str
    action: str


def plan_drain(job: Job) -> list[DrainStep]:
    """What `drain` would do. Raises AskOperatorError when a table is not captured."""
    with _connection(job) as connection:
        return [_step(one) for one in _newest(connection, job)]


def drain(
    job: Job,
    observer: Observer = silent,
    *,
    now: Callable[[], datetime] = utc_now,
    stop: threading.Event | None = None,
) -> FollowResult:
    """Drain a source that nobody writes to any more: whoever calls this has proven the freeze.

    Repeatable: a drain that was stopped goes on where it was. Capture may run meanwhile, and is
    run here if it does not. Raises AskOperatorError where a copy is invalid, RetryLaterError where
    a stream does not come to its end.
    """
    stop = stop or threading.Event()
    with _connection(job) as connection:
        _refuse_bad_copies(connection, job)
        standing = [one for one in _newest(connection, job) if one.state in {"open", "closing"}]
        for one in standing:  # all, before the first is closed
            _refuse_other_stream(connection, job, one)
        for one in standing:
            _close(connection, job, one)
        observer(Note("streams closed; they are read to their end"))
        try:
            _read_to_the_end(connection, job, observer, stop, now)
            return _apply_to_the_end(connection, job, observer, stop, now)
        finally:  # also when it is given up: a source that is thawed then must have its streams
            _reopen_all(connection, job, now)


@contextmanager
def _connection(job: Job) -> Iterator[Connection]:
    with (
        target.translated(f"target {job.target.shown}"),
        target.connect(job.target, name="migrate drain") as connection,
    ):
        yield connection


def _newest(connection: Connection, job: Job) -> list[Generation]:
    """The newest generation of each table. Raises AskOperatorError where none is, or a gap."""
    newest = {one.model: one for one in streams.generations(connection)}
    connection.commit()
    for model in job.source_tables:
        if model not in newest:
            raise AskOperatorError(
                f"{model} is not captured", "`migrate capture` begins before the load"
            )
        if newest[model].state == "lost":
            raise copy_again(model, newest[model].problem)
    return [newest[model] for model in job.source_tables]


def _refuse_bad_copies(connection: Connection, job: Job) -> None:
    """Raises AskOperatorError where a table must be copied again: a drain would not complete it."""
    copies = copies_of(connection, loaded_run(connection, job), job.source_tables)
    connection.commit()
    for one in copies:
        if one.problem:
            raise copy_again(one.model, one.problem)


def _step(one: Generation) -> DrainStep:
    action = {"open": "close", "closing": "read", "ended": "reopen"}.get(one.state, "nothing")
    return DrainStep(one.model, one.table, action)


def _refuse_other_stream(connection: Connection, job: Job, one: Generation) -> None:
    """Raises AskOperatorError when the table's stream is not the captured one, or was switched off
    by somebody else: closed as ours, what came in another stream would be lost without a word."""
    described = _described(job, one.table)
    is_captured = described.get("LatestStreamArn") == one.arn
    if is_captured and (_is_on(described) or one.state == "closing"):
        return
    if one.state == "closing":  # capture must look for the gap again
        streams.set_state(connection, one.model, one.number, "open")
        connection.commit()
    raise AskOperatorError(
        f"the stream of {one.table} was switched off or made anew by somebody else",
        "`migrate capture` names the gap; then the table must be copied again",
    )


def _close(connection: Connection, job: Job, one: Generation) -> None:
    """Also one that an earlier drain has reopened: that nothing of it is captured does not prove
    that nothing came. One that is closing may be on still, after a stop in between."""
    # The ledger first: a stream that is found closed and was not to be is a gap.
    streams.set_state(connection, one.model, one.number, "closing")
    connection.commit()
    _switch(job, one.table, {"StreamEnabled": False})


def _reopen_all(connection: Connection, job: Job, now: Callable[[], datetime]) -> None:
    newest = {one.model: one for one in streams.generations(connection)}
    for model in job.source_tables:
        if newest[model].state == "ended":
            _reopen(connection, job, newest[model], now())


def _reopen(connection: Connection, job: Job, one: Generation, now: datetime) -> None:
    """Enable the stream again and record it as the successor.

    Found enabled already, it was this drain that did it and was stopped before it could say so:
    the source is frozen, so nobody else is at work on it.
    """
    specification = {"StreamEnabled": True, "StreamViewType": one.view_type}
    _switch(job, one.table, specification)
    described = _described(job, one.table)
    streams.pin(
        connection,
        one.model,
        number=one.number + 1,
        table=one.table,
        arn=described["LatestStreamArn"],
        label=described["LatestStreamLabel"],
        view_type=one.view_type,
        covers_from=now,
    )
    connection.commit()


def _switch(job: Job, table: str, specification: dict[str, Any]) -> None:
    """Close or open a table's stream; one that stands so already is left alone."""
    if _is_on(_described(job, table)) == specification["StreamEnabled"]:
        return
    with translated(f"table {table}"):
        client("dynamodb", job.source).update_table(
            TableName=table, StreamSpecification=specification
        )


def _is_on(described: dict[str, Any]) -> bool:
    return bool(described.get("StreamSpecification", {}).get("StreamEnabled"))


def _described(job: Job, table: str) -> dict[str, Any]:
    with translated(f"table {table}"):
        found: dict[str, Any] = client("dynamodb", job.source).describe_table(TableName=table)
    described: dict[str, Any] = found["Table"]
    return described


def _read_to_the_end(
    connection: Connection,
    job: Job,
    observer: Observer,
    stop: threading.Event,
    now: Callable[[], datetime],
) -> None:
    try:
        with Capture(job, observer, now=now) as capture:
            capture.run(stop, "ended")
    except AskOperatorError:  # another one captures: it reads them to their end
        _wait_for_capture(connection, job, stop)


def _apply_to_the_end(
    connection: Connection,
    job: Job,
    observer: Observer,
    stop: threading.Event,
    now: Callable[[], datetime],
) -> FollowResult:
    follower = Follower(job, observer, now=now)
    try:
        follower.__enter__()
    except AskOperatorError:  # another one follows: it applies them to their end
        return _wait_for_follow(connection, job, stop)
    try:
        return follower.run(stop, "drained")
    finally:
        follower.__exit__(None, None, None)


def _wait_for_capture(connection: Connection, job: Job, stop: threading.Event) -> None:
    def is_read() -> bool:
        return not any(one.state == "closing" for one in _newest(connection, job))

    _wait_until(is_read, stop, "the closed streams were not read to their end", "capture")


def _wait_for_follow(connection: Connection, job: Job, stop: threading.Event) -> FollowResult:
    run = loaded_run(connection, job)

    def copies() -> list[Copy]:
        found = copies_of(connection, run, job.source_tables)
        connection.commit()
        return found

    def is_applied() -> bool:
        return not any(one.unapplied for one in copies())

    _wait_until(is_applied, stop, "what was captured is not applied", "follow")
    return result_of(run.run_id, copies())


def _wait_until(
    is_done: Callable[[], bool], stop: threading.Event, problem: str, command: str
) -> None:
    waited = 0.0
    while not is_done():
        if waited >= _SECONDS_MAX or stop.wait(_PAUSE_SECONDS):
            raise RetryLaterError(problem, f"is `migrate {command}` running?")
        waited += _PAUSE_SECONDS
