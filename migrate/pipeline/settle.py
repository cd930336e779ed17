"""At the drain: keys that wait for a unique value are judged as a fresh load would judge them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from migrate.ledger import applied, rejects
from migrate.ledger.applied import Outcome, Waiting
from migrate.ledger.rejects import Reject
from migrate.pipeline.attach import Loosener
from migrate.pipeline.job import Job
from migrate.pipeline.judge import Judge
from migrate.pipeline.retry import retry_clashes
from migrate.target.connection import Connection
from migrate.target.unique import uniques_of

_BATCH_KEYS = 500


def settle_waiting(
    connection: Connection,
    run_id: str,
    job: Job,
    models: Sequence[str],
    judge: Judge,
    loosener: Loosener,
) -> None:
    """Judge everything that clashes in these models: keys that wait, and rejects for clashes whose
    rivals may have changed since. `models` are captured and drained.

    A waiting key becomes a reject first, then the policy says who stands; one that stands counts
    as applied. Repeatable after a stop at any moment.
    """
    places = _places(connection, job)
    for model in models:
        mapping_hash = job.mapping_hashes[model]
        rejected: dict[str, int] = {}
        while batch := applied.waiting(connection, run_id, model, None, _BATCH_KEYS):
            with connection.transaction():
                _reject(connection, run_id, model, mapping_hash, batch, places)
            rejected.update({one.item_key: one.shard for one in batch})
        retry_clashes(connection, run_id, job, model, judge, loosener)
        _count_those_that_stand(connection, run_id, model, rejected)


def _places(connection: Connection, job: Job) -> dict[str, tuple[str, str]]:
    """(schema.table, its columns) by the name of each unique index."""
    return {
        index.name: (table, ", ".join(index.values))
        for table, uniques in uniques_of(connection, job.target_tables).items()
        for index in uniques.indexes
    }


def _reject(
    connection: Connection,
    run_id: str,
    model: str,
    mapping_hash: str,
    keys: Sequence[Waiting],
    places: dict[str, tuple[str, str]],
) -> None:
    """Waiting keys become rejects, with their images."""
    taken = applied.take_waiting(connection, run_id, model, [one.item_key for one in keys])
    rejects.add(
        connection,
        run_id,
        [
            Reject(
                model=model,
                item_key=one.item_key,
                rule=one.rule,
                table=places.get(one.place, ("", ""))[0],
                column=places.get(one.place, ("", ""))[1],
                cause=one.place,
                mapping_hash=mapping_hash,
                body=json.loads(one.image),
            )
            for one in keys
        ],
    )
    for shard in set(taken.values()):
        count = sum(1 for held in taken.values() if held == shard)
        applied.count(connection, run_id, shard, Outcome(rejected=count))


def _count_those_that_stand(
    connection: Connection, run_id: str, model: str, rejected: dict[str, int]
) -> None:
    still = {
        one.item_key
        for one in rejects.open_rejects(
            connection, run_id, model=model, item_keys=list(rejected), bodies=False
        )
    }
    with connection.transaction():
        for key, shard in rejected.items():
            if key not in still:
                applied.count(connection, run_id, shard, Outcome(applied=1, rejected=-1))
