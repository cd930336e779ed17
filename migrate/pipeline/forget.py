"""Forgets what was captured of tables that were replaced: their streams are gone with them."""

from __future__ import annotations

from migrate.ledger import locks, schema, streams
from migrate.pipeline.job import Job
from migrate.pipeline.session import locked
from migrate.target.connection import Connection, connect, translated


def forget_captured(job: Job) -> int:
    """Remove the captured changes of the job's tables, and how far they were applied, from the
    ledger; returns how many streams. Runs and their rejects stay.

    Raises AskOperatorError while another command captures or follows.
    """
    with translated(f"target {job.target.shown}"):
        with connect(job.target, name="migrate rehearse") as connection:
            if not schema.exists(connection):
                return 0

        def take(connection: Connection) -> None:
            locks.lock(connection)
            locks.lock_as(connection, locks.CAPTURE)
            locks.lock_as(connection, locks.FOLLOW)

        with locked(job.target, "migrate rehearse", take) as session:
            return session.run(lambda connection: streams.forget(connection, job.source_tables))
