"""When a copy cannot be followed: said by name, before anything is changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrate.errors import AskOperatorError, FixInputError
from migrate.ledger import runs
from migrate.mapping.locate import Locator
from migrate.pipeline.job import Job
from migrate.target.connection import Connection


def refuse_job(job: Job) -> None:
    """What the profile and the mappings forbid. Raises FixInputError."""
    if job.constraints == "keep":
        raise FixInputError(
            "constraints: keep cannot be followed: changes of different tables come in no order"
            " that foreign keys would accept",
            "write constraints: detach in the profile, and load again",
        )
    for mapping in job.mappings:
        for table in Locator(mapping).beyond_the_key():
            raise FixInputError(
                f"the mapping of {mapping.model} cannot be followed: the rows of {table} cannot be"
                " found from an item's key alone",
                "give the table's key, or columns with `parent:`, all attributes of source.key",
            )


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What of the target decides how rows may be written: unique indexes and foreign keys now."""

    uniques: Sequence[int]
    foreign_keys: Sequence[str]


def catalogue(connection: Connection, tables: Sequence[str]) -> Catalogue:
    """Cheap enough to be asked in every batch. Foreign keys as `NAME of TABLE`; those of tables
    that no mapping fills are among them where they refer to one that a mapping fills."""
    row = connection.execute(
        "with ours as (select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        "  where n.nspname || '.' || c.relname = any(%s))"
        " select array(select x.indexrelid::bigint from pg_index x where x.indisunique"
        "   and x.indisready and x.indrelid in (select oid from ours) order by 1),"
        "  array(select k.conname || ' of ' || k.conrelid::regclass from pg_constraint k"
        "   where k.contype = 'f' and (k.conrelid in (select oid from ours)"
        "    or k.confrelid in (select oid from ours)) order by 1)",
        [list(tables)],
    ).fetchone()
    assert row is not None
    return Catalogue(row[0], row[1])


def refuse_foreign_keys(found: Catalogue) -> None:
    """Raises AskOperatorError while any is on: rows are removed and written anew, and a rule ON
    DELETE would take others along."""
    if found.foreign_keys:
        listed = ", ".join(found.foreign_keys[:3])
        more = len(found.foreign_keys) - 3
        raise AskOperatorError(
            f"follow needs foreign keys off until the drain: {listed}"
            + (f" and {more} more" if more > 0 else "")
            + " are on",
            "a load takes off those of the mapped tables, and `migrate finalise"
            " --without-foreign-keys` leaves them off; others are the target's own to take off",
        )


def refuse_other_run(connection: Connection, run_id: str) -> None:
    """Raises AskOperatorError when the target holds another run's rows by now."""
    newest = runs.latest(connection)
    if newest is None or newest.run_id != run_id or newest.state == "loading":
        raise AskOperatorError(
            f"run {run_id} was replaced by another load",
            "when that is complete, start `migrate follow` again",
        )
