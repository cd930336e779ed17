"""Finishes a load: judges duplicates and orphans, puts constraints back, gathers statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrate.errors import AskOperatorError
from migrate.ledger import runs, streams, units
from migrate.ledger.runs import Run
from migrate.observe import Observer, silent
from migrate.pipeline.attach import Loosener, attach_all
from migrate.pipeline.copies import copies_of, copy_again
from migrate.pipeline.job import Job
from migrate.pipeline.judge import Judge
from migrate.pipeline.loaded import as_loaded, loaded_run
from migrate.pipeline.session import locked
from migrate.pipeline.settle import settle_waiting
from migrate.target import constraints
from migrate.target.connection import Connection


@dataclass(frozen=True, slots=True)
class FinaliseResult:
    """What was put back, and how many rejects the judgement added. `foreign_keys` False: those are
    left off, because the copy goes on following."""

    run_id: str
    attached: int
    rejected: int
    foreign_keys: bool = True


def finalise(job: Job, observer: Observer = silent, *, foreign_keys: bool = True) -> FinaliseResult:
    """Repeatable: what stands already is left alone. Raises AskOperatorError before a load.

    Without `foreign_keys` the copy can go on following: nothing is judged that a later change may
    mend, and the run stays `loaded`. With them a followed copy must be drained.
    """
    with locked(job.target, "migrate finalise") as session:
        connection = session.connection
        run = loaded_run(connection, job)
        job = as_loaded(connection, job, run)
        before = _rejected(connection, run.run_id)
        loosener = Loosener(connection, run.run_id, job.target_tables)
        moving = () if foreign_keys else {one.model for one in streams.generations(connection)}
        judge = Judge(connection, run.run_id, job, loosener, observer, moving)
        if foreign_keys:
            drained = _drained_models(connection, run, job)
            settle_waiting(connection, run.run_id, job, drained, judge, loosener)
            judge.run()
        else:
            judge.run_uniques()
        attached = attach_all(connection, foreign_keys=foreign_keys)
        _analyse(connection, job.target_tables)
        if foreign_keys:
            runs.mark_finalised(connection, run.run_id)
        connection.commit()
        rejected = _rejected(connection, run.run_id) - before
        return FinaliseResult(run.run_id, attached, rejected, foreign_keys)


def _drained_models(connection: Connection, run: Run, job: Job) -> list[str]:
    """The models whose stream is captured. Raises AskOperatorError where changes of one are not
    applied: they would be refused by the foreign keys, or judged before they are there."""
    copies = copies_of(connection, run, job.source_tables)
    connection.commit()
    for one in copies:
        if one.problem:
            raise copy_again(one.model, one.problem)
        if one.unapplied:
            raise AskOperatorError(
                f"{one.unapplied:,} captured changes of {one.model} are not applied",
                "`migrate follow --until-caught-up` first; or `--without-foreign-keys`, which lets"
                " the copy go on following",
            )
    return [one.model for one in copies]


def _rejected(connection: Connection, run_id: str) -> int:
    total = sum(counts.rejected for counts in units.accounting(connection, run_id).values())
    connection.commit()
    return total


def _analyse(connection: Connection, tables: Sequence[str]) -> None:
    constraints.analyse(connection, tables)
    connection.commit()
