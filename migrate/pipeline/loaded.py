"""The run whose rows the target holds, and the job as it was loaded."""

from __future__ import annotations

import dataclasses

from migrate.errors import AskOperatorError
from migrate.ledger import parts, runs, schema, streams
from migrate.ledger.runs import Run
from migrate.pipeline.job import Job
from migrate.source.export import Chain
from migrate.target.connection import Connection


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


def as_loaded(connection: Connection, job: Job, run: Run) -> Job:
    """The job with the source that the target's rows stand for: the tables, or those exports.

    Exports stand still; once changes are captured and followed, the tables are what counts.
    """
    followed = {one.model for one in streams.generations(connection)}
    connection.commit()
    if run.source is None or followed & job.source_tables.keys():
        return dataclasses.replace(job, export=None)
    chains = {model: Chain.from_json(stored) for model, stored in run.source.items()}
    return dataclasses.replace(job, export=chains)
