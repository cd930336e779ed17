"""Units: committed pieces of work and their counts, and the accounting over them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from psycopg.types.json import Jsonb

from migrate.target.connection import Connection


@dataclass(slots=True)
class ListCounts:
    """Elements of one child list: read = rows + filtered + rejected."""

    read: int = 0
    rows: int = 0
    filtered: int = 0
    rejected: int = 0

    def as_json(self) -> dict[str, int]:
        return {
            "read": self.read,
            "rows": self.rows,
            "filtered": self.filtered,
            "rejected": self.rejected,
        }

    @property
    def balanced(self) -> bool:
        return self.read == self.rows + self.filtered + self.rejected


@dataclass(slots=True)
class Counts:
    """Items of one unit or model: read = loaded + tombstones + filtered + rejected.

    `superseded`, which are not among those read: items of a full export that a later incremental
    export brings again or deletes."""

    read: int = 0
    loaded: int = 0
    tombstones: int = 0
    filtered: int = 0
    rejected: int = 0
    rows: int = 0
    superseded: int = 0
    lists: dict[str, ListCounts] = field(default_factory=dict)

    @property
    def balanced(self) -> bool:
        return self.read == self.loaded + self.tombstones + self.filtered + self.rejected and all(
            counts.balanced for counts in self.lists.values()
        )

    def of_list(self, name: str) -> ListCounts:
        return self.lists.setdefault(name, ListCounts())


@dataclass(frozen=True, slots=True)
class Cost:
    """What a unit took: bytes of JSON, DynamoDB's read units, wall and CPU seconds, peak memory."""

    bytes: int = 0
    read_units: float = 0.0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    rss_kilobytes: int = 0
    resumed: bool = False


def add(
    connection: Connection,
    run_id: str,
    kind: str,
    model: str,
    counts: Counts,
    cost: Cost | None = None,
    at: tuple[int, int] | None = None,
) -> None:
    """Write a unit's row inside its transaction. `at` is (part, number) of a unit
    that was read from the source."""
    cost = cost or Cost()
    part, number = at if at else (None, None)
    lists = {name: one.as_json() for name, one in counts.lists.items()}
    connection.execute(
        "insert into migrate.units (run_id, kind, model, part, number, read, loaded, tombstones,"
        " filtered, rejected, rows, superseded, lists, bytes, read_units, seconds, cpu_seconds,"
        " rss_kilobytes, resumed)"
        " values (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s)",
        [
            run_id, kind, model, part, number, counts.read, counts.loaded, counts.tombstones,
            counts.filtered, counts.rejected, counts.rows, counts.superseded, Jsonb(lists),
            cost.bytes, cost.read_units, cost.seconds, cost.cpu_seconds, cost.rss_kilobytes,
            cost.resumed,
        ],
    )  # fmt: skip


def accounting(connection: Connection, run_id: str) -> dict[str, Counts]:
    """The sums over the ledger, by model."""
    result: dict[str, Counts] = {}
    rows = connection.execute(
        "select model, sum(read)::bigint, sum(loaded)::bigint, sum(tombstones)::bigint,"
        " sum(filtered)::bigint, sum(rejected)::bigint, sum(rows)::bigint,"
        " sum(superseded)::bigint"
        " from migrate.units where run_id = %s group by model order by model",
        [run_id],
    )
    for model, *numbers in rows:
        result[model] = Counts(*numbers)
    lists = connection.execute(
        "select model, l.key, sum((l.value->>'read')::bigint)::bigint,"
        " sum((l.value->>'rows')::bigint)::bigint, sum((l.value->>'filtered')::bigint)::bigint,"
        " sum((l.value->>'rejected')::bigint)::bigint"
        " from migrate.units, jsonb_each(lists) l where run_id = %s group by 1, 2 order by 1, 2",
        [run_id],
    )
    for model, name, *numbers in lists:
        result[model].lists[name] = ListCounts(*numbers)
    return result


@dataclass(frozen=True, slots=True)
class LoadTotals:
    """What the units that were read from the source add up to."""

    items: int
    rows: int
    tombstones: int
    filtered: int
    rejected: int
    bytes: int
    superseded: int
    read_units: float
    cpu_seconds: float
    rss_kilobytes: int
    units: int
    resumed_units: int


def load_totals(connection: Connection, run_id: str) -> LoadTotals:
    """Sums over the units that were read from the source."""
    row = connection.execute(
        "select coalesce(sum(read),0)::bigint, coalesce(sum(rows),0)::bigint,"
        " coalesce(sum(tombstones),0)::bigint, coalesce(sum(filtered),0)::bigint,"
        " coalesce(sum(rejected),0)::bigint, coalesce(sum(bytes),0)::bigint,"
        " coalesce(sum(superseded),0)::bigint, coalesce(sum(read_units),0)::float,"
        " coalesce(sum(cpu_seconds),0)::float, coalesce(max(rss_kilobytes),0)::bigint, count(*),"
        " count(*) filter (where resumed) from migrate.units where run_id = %s and kind = 'load'",
        [run_id],
    ).fetchone()
    assert row is not None
    return LoadTotals(*row)


def progress(connection: Connection, run_id: str) -> tuple[int, int]:
    """(items committed, items rejected) so far."""
    totals = load_totals(connection, run_id)
    connection.commit()
    return totals.items, totals.rejected


def throughput(connection: Connection, run_id: str) -> list[tuple[float, int]]:
    """(seconds since the run began, items committed by then), one point a unit."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "select extract(epoch from u.committed_at - r.started_at)::float,"
        " sum(u.read) over (order by u.committed_at, u.unit_id)::bigint"
        " from migrate.units u join migrate.runs r using (run_id)"
        " where run_id = %s and kind = 'load' order by u.committed_at, u.unit_id",
        [run_id],
    ).fetchall()
    return [(row[0], row[1]) for row in rows]
