"""Parts of a run: what one worker reads from its start to its end, who does, and how far it came.

A part is a segment of a table's scan, a data file of an export, or the changes of a model that
incremental exports brought.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from psycopg.types.json import Jsonb

from migrate.target.connection import Connection

Kind = Literal["segment", "file", "change-file", "changes"]

# A worker renews its lease with each commit, and once a page while it waits for its turn to read;
# only a worker that is dead, or cut off, lets this pass.
LEASE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """`place` says where it lies, in the source's own words. `phase` orders what must wait for
    other parts; `weight` is its size in bytes, as far as it is known: the largest are read first.
    """

    model: str
    kind: Kind
    place: dict[str, Any]
    phase: int = 0
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """A part held by a lease. `position` is where reading goes on, None at the beginning."""

    run_id: str
    model: str
    part: int
    kind: Kind
    place: dict[str, Any]
    position: dict[str, Any] | None
    units: int
    lease: uuid.UUID
    lease_seconds: float = LEASE_SECONDS


def add(connection: Connection, run_id: str, planned: Iterable[PlannedPart]) -> None:
    """Write the parts of a new run, numbered by model."""
    numbers: dict[str, int] = {}
    rows = []
    for one in planned:
        number = numbers[one.model] = numbers.get(one.model, -1) + 1
        rows.append((run_id, one.model, number, one.kind, Jsonb(one.place), one.phase, one.weight))
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into migrate.parts (run_id, model, part, kind, place, phase, weight)"
            " values (%s, %s, %s, %s, %s, %s, %s)",
            rows,
        )


_FREE = "(lease is null or lease_until < clock_timestamp())"


def claim(
    connection: Connection,
    run_id: str,
    phase: int,
    lease: uuid.UUID,
    lease_seconds: float = LEASE_SECONDS,
) -> Claim | None:
    """Take a part nobody holds, unfinished ones with the most done first; None: none is free, or
    a later load replaced the run.

    Asked again with the same lease, after a connection lost, it gives what that lease holds.
    """
    row = connection.execute(
        "update migrate.parts s set lease = %(lease)s,"
        " lease_until = clock_timestamp() + make_interval(secs => %(seconds)s) from ("
        "  select run_id, model, part from migrate.parts"
        "  where run_id = %(run)s and phase = %(phase)s and not finished"
        f"  and ({_FREE} or lease = %(lease)s)"
        "  and exists (select from migrate.runs where run_id = %(run)s and state = 'loading')"
        "  order by lease is distinct from %(lease)s, units desc, weight desc, model, part"
        "  limit 1 for update skip locked) free"
        " where (s.run_id, s.model, s.part) = (free.run_id, free.model, free.part)"
        " returning s.run_id, s.model, s.part, s.kind, s.place, s.position, s.units, s.lease",
        {"lease": lease, "run": run_id, "phase": phase, "seconds": lease_seconds},
    ).fetchone()
    connection.commit()
    if row is None:
        return None
    position = json.loads(row[5]) if row[5] is not None else None
    return Claim(row[0], row[1], row[2], row[3], row[4], position, row[6], row[7], lease_seconds)


def unfinished(connection: Connection, run_id: str, phase: int) -> int:
    """How many parts of the phase are not finished: 0 also once the run was replaced."""
    row = connection.execute(
        "select count(*) from migrate.parts where run_id = %s and phase = %s and not finished"
        " and exists (select from migrate.runs where run_id = %s and state = 'loading')",
        [run_id, phase, run_id],
    ).fetchone()
    connection.commit()
    return int(row[0]) if row else 0


def renew(connection: Connection, claimed: Claim) -> bool:
    """Keep the part for another while. False: the lease was lost."""
    cursor = connection.execute(
        "update migrate.parts set lease_until = clock_timestamp() + make_interval(secs => %s)"
        " where run_id = %s and model = %s and part = %s and lease = %s",
        [claimed.lease_seconds, claimed.run_id, claimed.model, claimed.part, claimed.lease],
    )
    connection.commit()
    return cursor.rowcount == 1


def release_all(connection: Connection, run_id: str) -> None:
    """Void every lease of a run. Only the holder of the target's lock may do this: whoever held
    them is dead, and if one is not, its next commit fails on the lease."""
    connection.execute("update migrate.parts set lease = null where run_id = %s", [run_id])
    connection.commit()


def void_others(connection: Connection, run_id: str) -> None:
    """Void the leases of all runs but this, inside the transaction that replaces them.

    Every row is written, also one without a lease: whoever is about to take it waits, and then
    finds its run abandoned.
    """
    connection.execute(
        "update migrate.parts set lease = null where run_id <> %s and not finished", [run_id]
    )


def advance(
    connection: Connection, claimed: Claim, number: int, position: dict[str, Any] | None
) -> bool:
    """Move the position by compare-and-set on the lease, inside the unit's transaction.

    `number` is the unit's, counted from 1 within the part; `position` None finishes the part.
    False: the lease was lost, and the transaction must be rolled back.
    """
    cursor = connection.execute(
        "update migrate.parts set position = %s, finished = %s, units = %s,"
        " lease_until = clock_timestamp() + make_interval(secs => %s)"
        " where run_id = %s and model = %s and part = %s and lease = %s and units = %s",
        [
            json.dumps(position) if position is not None else None,
            position is None,
            number,
            claimed.lease_seconds,
            claimed.run_id,
            claimed.model,
            claimed.part,
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
        "select units from migrate.parts"
        " where run_id = %s and model = %s and part = %s and lease = %s",
        [claimed.run_id, claimed.model, claimed.part, claimed.lease],
    ).fetchone()
    connection.commit()
    return row[0] if row else None


def left(connection: Connection, run_id: str, phase: int | None = None) -> int:
    """How many parts are not finished."""
    row = connection.execute(
        "select count(*) from migrate.parts where run_id = %s and not finished"
        " and (%s::integer is null or phase = %s)",
        [run_id, phase, phase],
    ).fetchone()
    connection.commit()
    return int(row[0]) if row else 0


def models_in_segments(connection: Connection, run_id: str) -> set[str]:
    """The models whose table a scan reads in more than one segment."""
    rows = connection.execute(
        "select model from migrate.parts where run_id = %s and kind = 'segment'"
        " group by model having count(*) > 1",
        [run_id],
    ).fetchall()
    return {row[0] for row in rows}


def by_kind(connection: Connection, run_id: str) -> dict[str, tuple[int, int]]:
    """(parts in all, parts not finished), by kind."""
    rows = connection.execute(
        "select kind, count(*), count(*) filter (where not finished) from migrate.parts"
        " where run_id = %s group by kind order by kind",
        [run_id],
    ).fetchall()
    return {kind: (total, left) for kind, total, left in rows}
