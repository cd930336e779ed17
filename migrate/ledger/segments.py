"""Segments of a run: who works on which, and how far it came."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from migrate.target.connection import Connection


@dataclass(frozen=True, slots=True)
class PlannedSegments:
    """How one model's table is cut. `phase` orders loads that keep foreign keys in force."""

    model: str
    source_table: str
    segments_total: int
    phase: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """A segment held by a lease. `position` is the typed-JSON start key, None at the beginning."""

    run_id: str
    model: str
    source_table: str
    segment: int
    segments_total: int
    position: dict[str, Any] | None
    units: int
    lease: uuid.UUID


def add(connection: Connection, run_id: str, planned: Iterable[PlannedSegments]) -> None:
    """Write the segments of a new run."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into migrate.segments"
            " (run_id, model, source_table, segment, segments_total, phase)"
            " values (%s, %s, %s, %s, %s, %s)",
            [
                (run_id, one.model, one.source_table, segment, one.segments_total, one.phase)
                for one in planned
                for segment in range(one.segments_total)
            ],
        )


def claim(connection: Connection, run_id: str, phase: int, lease: uuid.UUID) -> Claim | None:
    """Take a segment nobody holds, unfinished ones with the most done first; None: none is left,
    or a later load replaced the run.

    Asked again with the same lease, after a connection lost, it gives what that lease holds.
    """
    row = connection.execute(
        "update migrate.segments s set lease = %(lease)s from ("
        "  select run_id, model, segment from migrate.segments"
        "  where run_id = %(run)s and phase = %(phase)s and not finished"
        "  and (lease is null or lease = %(lease)s)"
        "  and exists (select from migrate.runs where run_id = %(run)s and state = 'loading')"
        "  order by lease is null, units desc, segments_total desc, model, segment"
        "  limit 1 for update skip locked) free"
        " where (s.run_id, s.model, s.segment) = (free.run_id, free.model, free.segment)"
        " returning s.run_id, s.model, s.source_table, s.segment, s.segments_total, s.position,"
        " s.units, s.lease",
        {"lease": lease, "run": run_id, "phase": phase},
    ).fetchone()
    connection.commit()
    if row is None:
        return None
    position = json.loads(row[5]) if row[5] is not None else None
    return Claim(row[0], row[1], row[2], row[3], row[4], position, row[6], row[7])


def release_all(connection: Connection, run_id: str) -> None:
    """Void every lease of a run. Only the holder of the target's lock may do this: whoever held
    them is dead, and if one is not, its next commit fails on the lease."""
    connection.execute("update migrate.segments set lease = null where run_id = %s", [run_id])
    connection.commit()


def void_others(connection: Connection, run_id: str) -> None:
    """Void the leases of all runs but this, inside the transaction that replaces them.

    Every row is written, also one without a lease: whoever is about to take it waits, and then
    finds its run abandoned.
    """
    connection.execute(
        "update migrate.segments set lease = null where run_id <> %s and not finished", [run_id]
    )


def advance(
    connection: Connection, claimed: Claim, number: int, position: dict[str, Any] | None
) -> bool:
    """Move the position by compare-and-set on the lease, inside the unit's transaction.

    `number` is the unit's, counted from 1 within the segment; `position` None finishes the
    segment. False: the lease was lost, and the transaction must be rolled back.
    """
    cursor = connection.execute(
        "update migrate.segments set position = %s, finished = %s, units = %s"
        " where run_id = %s and model = %s and segment = %s and lease = %s and units = %s",
        [
            json.dumps(position) if position is not None else None,
            position is None,
            number,
            claimed.run_id,
            claimed.model,
            claimed.segment,
            claimed.lease,
            number - 1,
        ],
    )
    return cursor.rowcount == 1


def units_committed(connection: Connection, claimed: Claim) -> int | None:
    """How many units stand committed under this lease; None: the lease was lost.

    After a connection lost during COMMIT, this row decides whether the unit happened.
    """
    row = connection.execute(
        "select units from migrate.segments"
        " where run_id = %s and model = %s and segment = %s and lease = %s",
        [claimed.run_id, claimed.model, claimed.segment, claimed.lease],
    ).fetchone()
    connection.commit()
    return row[0] if row else None


def left(connection: Connection, run_id: str, phase: int | None = None) -> int:
    """How many segments are not finished."""
    row = connection.execute(
        "select count(*) from migrate.segments where run_id = %s and not finished"
        " and (%s::integer is null or phase = %s)",
        [run_id, phase, phase],
    ).fetchone()
    connection.commit()
    return int(row[0]) if row else 0


def totals(connection: Connection, run_id: str) -> dict[str, int]:
    """The number of segments each model's table was cut into."""
    rows = connection.execute(
        "select model, max(segments_total) from migrate.segments where run_id = %s group by model",
        [run_id],
    )
    return dict(rows.fetchall())
