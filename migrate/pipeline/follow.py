"""Keeps a loaded copy current: applies captured changes, for a while or for ever."""

from __future__ import annotations

import dataclasses
import functools
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self, TypeVar

from migrate.errors import AskOperatorError
from migrate.ledger import locks
from migrate.ledger.applied import Applied
from migrate.ledger.runs import Run
from migrate.observe import FollowProgress, Observer, silent
from migrate.pipeline.copies import Copy, copies_of, eligible
from migrate.pipeline.follow_apply import Applier, MovedError, Work
from migrate.pipeline.follow_goal import Until, goal_of
from migrate.pipeline.follow_refusals import refuse_job
from migrate.pipeline.follow_waiting import WaitingKeys
from migrate.pipeline.follow_watch import Watch
from migrate.pipeline.horizon import utc_now
from migrate.pipeline.job import Job
from migrate.pipeline.loaded import loaded_run
from migrate.pipeline.session import Session, locked
from migrate.target.connection import Connection

# How often the ledger is asked for new changes when there were none, and for the target when
# another command has it.
_PAUSE_SECONDS = 0.1
_TRIED_KEYS_MAX = 500
_PRUNE_SECONDS = 60.0
_PRUNED_MAX = 5_000

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class FollowResult:
    """Counts of the run since its load, over the followed tables: captured = applied + superseded
    + rejected + pending, and waiting keys are among the pending. `lag_seconds_max`: the oldest
    that a change was when it was applied in this call, by DynamoDB's clock, which has whole
    seconds. `not_followed`: by model, why it must be copied again."""

    run_id: str
    captured: int
    applied: int
    superseded: int
    rejected: int
    deleted: int
    waiting: int
    pending: int
    lag_seconds_max: float
    drained: bool
    not_followed: dict[str, str] = field(default_factory=dict)


def follow(
    job: Job,
    observer: Observer = silent,
    *,
    stop: threading.Event | None = None,
    until: Until = "stopped",
) -> FollowResult:
    """Follow until the goal is reached or `stop` is set. Raises errors of migrate.errors."""
    with Follower(job, observer) as follower:
        return follower.run(stop or threading.Event(), until)


class Follower:
    """The one process that applies changes to a target. A context manager: it takes `follow`'s
    lock, which raises AskOperatorError when another follower is at work.

    `now` is the clock that DynamoDB's times are compared with; `wait` waits so many seconds."""

    def __init__(
        self,
        job: Job,
        observer: Observer = silent,
        *,
        now: Callable[[], datetime] = utc_now,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        refuse_job(job)
        self._job = job
        self._observer = observer
        self._now = now
        self._wait = wait
        take = functools.partial(locks.lock_as, name=locks.FOLLOW)
        self._locked = locked(job.target, locks.FOLLOW, take)
        self._session: Session

    def __enter__(self) -> Self:
        self._session = self._locked.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._locked.__exit__(kind, error, trace)

    def run(self, stop: threading.Event, until: Until = "stopped") -> FollowResult:
        """Apply changes until the goal is reached; `stop` ends it after the transaction at hand.

        Raises AskOperatorError where nothing may be followed, RetryLaterError when the goal needs
        changes and nobody captures them.
        """
        run = self._session.run(functools.partial(loaded_run, job=self._job))
        call = _Call(self._job, run, self._observer, self._now, self._session)
        call.begin()
        goal = goal_of(until, self._now(), self._job.follow.quiet_seconds)
        is_over = False
        while not is_over:
            copies = call.look()
            is_over = stop.is_set() or (goal.is_reached(copies) and call.is_settled(copies))
            if not is_over and not call.work(copies):
                call.watch.check(copies, is_awaited=until != "stopped")
                (self._wait or stop.wait)(_PAUSE_SECONDS)
        return call.result()


class _Call:
    """One call of `run`."""

    def __init__(
        self, job: Job, run: Run, observer: Observer, now: Callable[[], datetime], session: Session
    ) -> None:
        self.watch = Watch(observer, now, [one.model for one in job.mappings])
        self._job = job
        self._run = run
        self._observer = observer
        self._now = now
        self._session = session
        self._applier = Applier(job, run.run_id)
        self._waiting = WaitingKeys(job.mappings)
        self._began = self._pruned_at = time.monotonic()
        self._lag_seconds = self._lag_seconds_max = 0.0
        self._turn = 0

    def begin(self) -> None:
        """Raises AskOperatorError where nothing can be followed."""
        self._session.run(self._applier.refuse)

    def look(self) -> list[Copy]:
        """The copies that can be followed, as they are now. Raises AskOperatorError: none can."""
        copies = self._session.run(self._copies)
        followed = [one for one in copies if not one.problem]
        self.watch.tell_problems(copies)
        if not followed:
            raise AskOperatorError(
                "no table can be followed: "
                + "; ".join(f"{model}: {why}" for model, why in self.watch.not_followed.items()),
                "run `migrate capture`, then `migrate load --again`",
            )
        pending = sum(one.pending for one in followed)
        waiting = sum(one.waiting for one in followed)
        lag = self._lag_seconds if pending > waiting else 0.0
        applied = sum(held.applied for one in followed for held in _accounts(one))
        seconds = time.monotonic() - self._began
        self._observer(FollowProgress(applied, pending, waiting, lag, seconds))
        return followed

    def work(self, copies: Sequence[Copy]) -> bool:
        """One transaction of what is to be done most. False: nothing is."""
        work = self._chosen(copies)
        is_done = bool(work) and self._apply(work)
        trial = self._waiting.next(copies, is_idle=not work)
        if trial is not None:
            is_done |= self._try(*trial)
        if time.monotonic() - self._pruned_at >= _PRUNE_SECONDS:
            self._prune()
        return is_done

    def is_settled(self, copies: Sequence[Copy]) -> bool:
        return self._waiting.is_settled(copies)

    def result(self) -> FollowResult:
        copies = [one for one in self._session.run(self._copies) if not one.problem]
        for one in copies:
            if one.waiting:
                self._session.run(
                    functools.partial(self.watch.tell_waiting, run_id=self._run.run_id, copy=one)
                )
        found = result_of(self._run.run_id, copies)
        return dataclasses.replace(
            found,
            lag_seconds_max=round(self._lag_seconds_max, 1),
            not_followed=dict(self.watch.not_followed),
        )

    def _copies(self, connection: Connection) -> list[Copy]:
        return copies_of(connection, self._run, self._job.source_tables)

    def _chosen(self, copies: Sequence[Copy]) -> Work:
        """Every shard with changes that may be applied; each model is the first in its turn."""
        self._turn += 1
        turn = self._turn % len(copies)
        return [
            (shard, held)
            for one in [*copies[turn:], *copies[:turn]]
            for shard in eligible(one)
            if (held := one.of_shard(shard)).position != shard.position
        ]

    def _apply(self, work: Work) -> bool:
        step = self._transaction(lambda connection: self._applier.apply(connection, work))
        if step is None:
            return False
        self._waiting.rows_changed(step.models)
        if step.oldest is not None:
            self._lag_seconds = max(0.0, (self._now() - step.oldest).total_seconds())
            self._lag_seconds_max = max(self._lag_seconds_max, self._lag_seconds)
        return True

    def _try(self, model: str, after: str | None) -> bool:
        tried = self._transaction(
            lambda connection: self._applier.try_waiting(connection, model, after, _TRIED_KEYS_MAX)
        )
        if tried is not None:
            self._waiting.took(model, tried)
        return tried is not None

    def _prune(self) -> None:
        before = self._now() - timedelta(days=self._job.follow.keep_days)
        pruned = self._transaction(
            lambda connection: self._applier.prune(connection, before, _PRUNED_MAX)
        )
        if pruned != _PRUNED_MAX:  # else there is more: at the next opportunity
            self._pruned_at = time.monotonic()

    def _transaction(self, action: Callable[[Connection], Result]) -> Result | None:
        """None also when somebody else moved a position: what is to be done is chosen anew. So
        when the connection is lost in a COMMIT, the ledger says whether it happened."""

        def attempt(connection: Connection) -> Result | None:
            try:
                with connection.transaction():
                    return action(connection)
            except MovedError:
                return None

        return self._session.run(attempt)


def result_of(run_id: str, copies: Sequence[Copy]) -> FollowResult:
    """What the ledger says of these copies, whoever applied it."""
    accounts = [held for one in copies for held in _accounts(one)]
    return FollowResult(
        run_id=run_id,
        captured=sum(one.captured for one in copies),
        applied=sum(one.applied for one in accounts),
        superseded=sum(one.superseded for one in accounts),
        rejected=sum(one.rejected for one in accounts),
        deleted=sum(one.deleted for one in accounts),
        waiting=sum(one.waiting for one in copies),
        pending=sum(one.pending for one in copies),
        lag_seconds_max=0.0,
        drained=bool(copies) and all(one.is_drained for one in copies),
    )


def _accounts(copy: Copy) -> list[Applied]:
    return [copy.of_shard(one) for one in copy.shards]
