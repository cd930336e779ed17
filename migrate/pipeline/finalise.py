"""Finishes a load: judges duplicates and orphans, puts constraints back, gathers statistics."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from migrate.errors import AskOperatorError
from migrate.ledger import parts, runs, schema, units
from migrate.ledger.runs import Run
from migrate.observe import Observer, silent
from migrate.pipeline.attach import Loosener, attach_all
from migrate.pipeline.job import Job
from migrate.pipeline.judge import Judge
from migrate.pipeline.session import locked
from migrate.source.export import Chain
from migrate.target import constraints
from migrate.target.connection import Connection


@dataclass(frozen=True, slots=True)
class FinaliseResult:
    """What was put back, and how many rejects the judgement added."""

    run_id: str
    attached: int
    rejected: int


def finalise(job: Job, observer: Observer = silent) -> FinaliseResult:
    """Repeatable: what stands already is left alone. Raises AskOperatorError before a load."""
    with locked(job.target, "migrate finalise") as session:
        connection = session.connection
        run = loaded_run(connection, job)
        job = as_loaded(job, run)
        before = _rejected(connection, run.run_id)
        loosener = Loosener(connection, run.run_id, job.target_tables)
        Judge(connection, run.run_id, job, loosener, observer).run()
        attached = attach_all(connection)
        _analyse(connection, job.target_tables)
        runs.mark_finalised(connection, run.run_id)
        connection.commit()
        rejected = _rejected(connection, run.run_id) - before
        return FinaliseResult(run.run_id, attached, rejected)


def loaded_run(connection: Connection, job: Job) -> Run:
    """The newest run, which must be loaded. Raises AskOperatorError."""
    run = runs.latest(connection) if schema.exists(connection) else None
    if run is None:
        raise AskOperatorError("nothing was loaded into this target yet", "run `migrate load`")
    # One whose parts are all read may still have been stopped, by the limit of rejects.
    if parts.left(connection, run.run_id) or run.state == "loading":
        raise AskOperatorError(
            f"the load of run {run.run_id} is not finished", "run `migrate load` to go on"
        )
    if run.mapping_hashes != job.mapping_hashes:
        raise AskOperatorError(
            f"run {run.run_id} was loaded with other mappings than these",
            "put the mappings back, or load with --again",
        )
    return run


def as_loaded(job: Job, run: Run) -> Job:
    """The job with the source that the run was loaded from: the tables, or those exports."""
    if run.source is None:
        return dataclasses.replace(job, export=None)
    chains = {model: Chain.from_json(stored) for model, stored in run.source.items()}
    return dataclasses.replace(job, export=chains)


def _rejected(connection: Connection, run_id: str) -> int:
    total = sum(counts.rejected for counts in units.accounting(connection, run_id).values())
    connection.commit()
    return total


def _analyse(connection: Connection, tables: Sequence[str]) -> None:
    constraints.analyse(connection, tables)
    connection.commit()
