"""A rehearsal whose source changes all the while: captured, loaded, followed, drained, judged."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from migrate.observe import Observer
from migrate.pipeline.drain import drain
from migrate.pipeline.finalise import finalise
from migrate.pipeline.follow import Follower, FollowResult
from migrate.pipeline.follow_refusals import refuse_job
from migrate.pipeline.job import Job
from migrate.pipeline.load import LoadResult, load
from migrate.rehearse.capturing import Capturing, capturing
from migrate.rehearse.steps import StepClock
from migrate.rehearse.writer.process import RunningWriter, Written, refuse_writer, writing


@dataclass(frozen=True, slots=True)
class WriterOptions:
    """What changes the sample, and how. `rate`: changes a second; `seconds`: at least so long."""

    items: int
    seed: int
    rate: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Followed:
    """What a copy that followed its source did. `lag_seconds_max`: by DynamoDB's clock of whole
    seconds, from the change to its rows."""

    loaded: LoadResult
    written: Written
    lag_seconds_max: float
    drained: bool


def refuse(job: Job, writer: WriterOptions) -> None:
    """Raises FixInputError or AskOperatorError for what cannot be rehearsed with a writer."""
    refuse_writer(job, writer.items)
    refuse_job(job)


def migrate_followed(
    job: Job, clock: StepClock, writer: WriterOptions, *, may_replace: bool
) -> Followed:
    """From the first captured change to a drained target with its foreign keys."""
    with ExitStack() as stack:
        with clock.step("capture") as summary:
            capture = stack.enter_context(capturing(job, clock.observer))
            summary.append(f"{len(job.source_tables)} streams are read from now on")
        work = stack.enter_context(writing(job, writer.items, writer.seed, writer.rate))
        started = time.monotonic()
        with clock.step("load") as summary:
            # Never one that was begun before: what changed before the capture would be missing.
            loaded = load(job, again=True, replace=may_replace, observer=clock.observer)
            summary.append(f"{loaded.items:,} items, {loaded.rows:,} rows")
            _check(capture, work)
        with clock.step("finalise") as summary:
            attached = finalise(job, clock.observer, foreign_keys=False).attached
            summary.append(f"{attached} unique constraints and indexes")
        with clock.step("follow") as summary:
            lag_seconds = _follow(job, clock.observer, capture, work, started + writer.seconds)
            written = work.stop()
            capture.stop()
            summary.append(f"{written.changes:,} changes written")
    with clock.step("drain") as summary:
        drained = drain(job, clock.observer)  # which captures what is left
        summary.append(_told(drained))
    with clock.step("finalise") as summary:
        attached = finalise(job, clock.observer).attached
        summary.append(f"{attached} constraints and indexes")
    return Followed(
        loaded, written, max(lag_seconds, drained.lag_seconds_max), drained.drained
    )  # fmt: skip


def _follow(
    job: Job, observer: Observer, capture: Capturing, work: RunningWriter, until: float
) -> float:
    """Catch up with a source that is written to, and go on until that instant of the monotonic
    clock. Returns the greatest lag in seconds."""
    lags = []
    with Follower(job, observer) as follower:
        lags.append(follower.run(capture.failed, "caught-up").lag_seconds_max)
        _check(capture, work)
        left = until - time.monotonic()
        if left > 0:
            end = datetime.now(UTC) + timedelta(seconds=left)
            lags.append(follower.run(capture.failed, end).lag_seconds_max)
            _check(capture, work)
    return max(lags)


def _check(capture: Capturing, work: RunningWriter) -> None:
    """Raises what ended one of those that work beside us."""
    capture.check()
    work.check()


def _told(result: FollowResult) -> str:
    waiting = f", {result.waiting:,} wait" if result.waiting else ""
    return f"{result.captured:,} changes captured, {result.applied:,} applied{waiting}"
