"""Captured changes: landed as they came, read back in the order in which they apply."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from migrate.target.connection import Connection

Kind = Literal["put", "removed", "expired"]


@dataclass(frozen=True, slots=True)
class CapturedChange:
    """A change of one key. `image`, `old_image`: typed JSON as it came; no image: removed, by its
    owner or (`expired`) by DynamoDB's TTL. `at`: when, in whole seconds."""

    shard: int
    sequence: int
    item_key: str
    kind: Kind
    image: bytes | None
    old_image: bytes | None
    at: datetime


def land(connection: Connection, changes: Iterable[CapturedChange]) -> None:
    """Keep them, inside the transaction that moves their shards' positions."""
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY migrate.changes (shard, sequence, item_key, kind, image, old_image, at)"
            " FROM STDIN"
        ) as copy,
    ):
        for one in changes:
            copy.write_row(
                (
                    one.shard, str(one.sequence), one.item_key, one.kind, one.image,
                    one.old_image, one.at,
                )
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PendingChange:
    """A captured change that is to be applied."""

    sequence: int
    item_key: str
    kind: Kind
    image: bytes | None
    at: datetime


def pending(
    connection: Connection, shard: int, after: int | None, changes_max: int, bytes_max: int
) -> list[PendingChange]:
    """The next changes of a shard, in order, at least one where there is any. The last one may go
    beyond `bytes_max`."""
    rows = connection.cursor(binary=True).execute(  # text would double every image
        "select sequence::text, item_key, kind, image, at from ("
        " select *, sum(octet_length(image)) over (order by sequence rows between"
        "   unbounded preceding and 1 preceding) as bytes_before from ("
        "  select sequence, item_key, kind, image, at from migrate.changes"
        "  where shard = %(shard)s and sequence > %(after)s::numeric"
        "  order by sequence limit %(most)s) n) m"
        # Not `sequence` alone: that is the text shown, and 999 comes before 1000.
        " where coalesce(bytes_before, 0) < %(bytes)s order by m.sequence",
        {
            "shard": shard,
            "after": str(-1 if after is None else after),
            "most": changes_max,
            "bytes": bytes_max,
        },
    )
    return [PendingChange(int(row[0]), row[1], row[2], row[3], row[4]) for row in rows]


def unapplied_keys(
    connection: Connection, run_id: str, model: str, since: int, item_keys: Sequence[str]
) -> set[str]:
    """Those of the keys that have a captured change which the run has not applied yet, or wait
    for a unique value: they are left to `follow`. Generations before `since`, which lie behind a
    gap, are applied never."""
    rows = connection.execute(
        "select c.item_key from migrate.changes c join migrate.shards s using (shard)"
        " left join migrate.applied a on a.run_id = %(run)s and a.shard = s.shard"
        " where s.model = %(model)s and md5(c.item_key) in"
        "  (select md5(k) from unnest(%(keys)s::text[]) k) and c.item_key = any(%(keys)s)"
        " and (a.position is null or c.sequence > a.position)"
        " and s.generation >= %(since)s"
        " union select item_key from migrate.waiting where run_id = %(run)s and model = %(model)s"
        "  and md5(item_key) in (select md5(k) from unnest(%(keys)s::text[]) k)"
        "  and item_key = any(%(keys)s)",
        {"run": run_id, "model": model, "since": since, "keys": list(item_keys)},
    )
    return {row[0] for row in rows}


def unapplied_counts(connection: Connection, run_id: str) -> dict[int, int]:
    """By shard, how many captured changes lie behind the run's position: counted one by one, so
    that the accounts of a shard can be held against it. Shards without one are left out."""
    rows = connection.execute(
        "select c.shard, count(*) from migrate.changes c"
        " left join migrate.applied a on a.run_id = %s and a.shard = c.shard"
        " where a.position is null or c.sequence > a.position group by c.shard",
        [run_id],
    )
    return dict(rows.fetchall())


def prune(connection: Connection, run_id: str, before: datetime, changes_max: int) -> int:
    """Remove changes that the run has applied and that were captured before then. Returns how
    many, at most `changes_max`."""
    row = connection.execute(
        # From the oldest change of each shard on, and only where that one is old enough: nothing
        # but the key is an index of this table, which may be very large.
        "with old as (select c.shard, c.sequence from migrate.applied a cross join lateral ("
        "   select * from migrate.changes c where c.shard = a.shard and c.sequence <= a.position"
        "   order by c.sequence limit %(most)s) c"
        "  where a.run_id = %(run)s and c.captured_at < %(before)s and %(before)s > ("
        "   select f.captured_at from migrate.changes f where f.shard = a.shard"
        "   order by f.sequence limit 1)"
        "  and not exists (select from migrate.waiting w where w.run_id = a.run_id"
        "   and w.shard = c.shard and w.item_key = c.item_key) limit %(most)s),"
        " gone as (delete from migrate.changes c using old"
        "  where (c.shard, c.sequence) = (old.shard, old.sequence) returning c.shard),"
        " counted as (update migrate.shards s set pruned = s.pruned + g.n"
        "  from (select shard, count(*) as n from gone group by shard) g"
        "  where s.shard = g.shard returning g.n)"
        " select coalesce(sum(n), 0)::bigint from counted",
        {"run": run_id, "before": before, "most": changes_max},
    ).fetchone()
    return int(row[0]) if row else 0
