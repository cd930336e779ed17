"""Finishes a load: judges duplicates and orphans, puts constraints back, gathers statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrate.errors import AskOperatorError, MigrateError
from migrate.ledger import detached, runs, schema, segments, units
from migrate.ledger.runs import Run
from migrate.observe import Observer, silent
from migrate.pipeline.job import Job
from migrate.pipeline.judge import Judge
from migrate.target import constraints
from migrate.target.connection import Connection, connect, translated
from migrate.target.constraints import Detached


@dataclass(frozen=True, slots=True)
class FinaliseResult:
    """What was put back, and how many rejects the judgement added."""

    run_id: str
    attached: int
    rejected: int


def finalise(job: Job, observer: Observer = silent) -> FinaliseResult:
    """Repeatable: what stands already is left alone. Raises AskOperatorError before a load."""
    with (
        translated(f"target {job.target.shown}"),
        connect(job.target, name="migrate finalise") as connection,
    ):
        schema.install(connection)
        schema.lock(connection)
        run = loaded_run(connection, job)
        before = _rejected(connection, run.run_id)
        Judge(connection, run.run_id, job, observer).run()
        attached = _attach_all(connection)
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
    if segments.left(connection, run.run_id):
        raise AskOperatorError(
            f"the load of run {run.run_id} is not finished", "run `migrate load` to go on"
        )
    if run.mapping_hashes != job.mapping_hashes:
        raise AskOperatorError(
            f"run {run.run_id} was loaded with other mappings than these",
            "put the mappings back, or load with --again",
        )
    return run


def _rejected(connection: Connection, run_id: str) -> int:
    total = sum(counts.rejected for counts in units.accounting(connection, run_id).values())
    connection.commit()
    return total


def _attach_all(connection: Connection) -> int:
    """Each object in its own transaction, so that a stop half way loses no finished index."""
    objects = constraints.in_attach_order(detached.stored(connection))
    connection.commit()
    for one in objects:
        try:
            with translated(f"{one.kind} {one.name} of {one.table}"), connection.transaction():
                constraints.attach(connection, one)
                _check_same(connection, one)
                detached.remove(connection, one)
        except MigrateError as error:
            raise AskOperatorError(
                f"{one.kind} {one.name} of {one.table} cannot be put back: {error.message}",
                "rows break it; look at `migrate rejects` and the mapping's unique and references",
            ) from error
    return len(objects)


def _check_same(connection: Connection, one: Detached) -> None:
    """The catalogue must say again what it said before. Raises AskOperatorError."""
    if one not in constraints.present(connection, [one.table]):
        raise AskOperatorError(f"the catalogue differs from what was stored: {one.definition}")


def _analyse(connection: Connection, tables: Sequence[str]) -> None:
    constraints.analyse(connection, tables)
    connection.commit()
