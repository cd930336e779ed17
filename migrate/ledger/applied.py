"""How far a run's rows follow each shard, and the keys that wait for a unique value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from migrate.ledger.key_hashes import key_hashes
from migrate.ledger.streams import Shard
from migrate.target.connection import Connection


@dataclass(frozen=True, slots=True)
class Applied:
    """`position`: the last change that was taken, None: none was. Of those taken, `applied` +
    `superseded` + `rejected` are settled and the rest waits; `deleted` counts removals among the
    applied. `before`: changes pruned before the run began."""

    shard: int
    position: int | None = None
    before: int = 0
    applied: int = 0
    superseded: int = 0
    rejected: int = 0
    deleted: int = 0

    @property
    def settled(self) -> int:
        return self.applied + self.superseded + self.rejected


def of_run(connection: Connection, run_id: str) -> dict[int, Applied]:
    """By shard."""
    rows = connection.execute(
        "select shard, position::text, before, applied, superseded, rejected, deleted"
        " from migrate.applied where run_id = %s",
        [run_id],
    )
    return {row[0]: Applied(row[0], None if row[1] is None else int(row[1]), *row[2:])
            for row in rows}  # fmt: skip


@dataclass(slots=True)
class Outcome:
    """What became of changes of one shard, to be added to its account."""

    applied: int = 0
    superseded: int = 0
    rejected: int = 0
    deleted: int = 0


def advance(
    connection: Connection, run_id: str, shard: Shard, held: Applied, position: int
) -> bool:
    """Move a run's position in a shard by compare-and-set, in the transaction that writes the
    rows. False: another follower moved it; the transaction must be rolled back."""
    cursor = connection.execute(
        "insert into migrate.applied as a (run_id, shard, position, before)"
        " values (%(run)s, %(shard)s, %(position)s, %(before)s)"
        " on conflict (run_id, shard) do update set position = excluded.position"
        " where a.position is not distinct from %(held)s::numeric",
        {
            "run": run_id,
            "shard": shard.shard,
            "position": str(position),
            "before": shard.pruned,
            "held": None if held.position is None else str(held.position),
        },
    )
    return cursor.rowcount == 1


def count(connection: Connection, run_id: str, shard: int, outcome: Outcome) -> None:
    """Add to a shard's account."""
    if outcome == Outcome():
        return
    connection.execute(
        "update migrate.applied set applied = applied + %s, superseded = superseded + %s,"
        " rejected = rejected + %s, deleted = deleted + %s where run_id = %s and shard = %s",
        [
            outcome.applied, outcome.superseded, outcome.rejected, outcome.deleted, run_id, shard,
        ],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waiting:
    """A key without rows whose newest image shares a unique value (rule `duplicate`) or its row's
    key (`key-clash`) with another item, at `place`: the index. `shard` is where its change came
    from."""

    item_key: str
    shard: int
    rule: str
    place: str
    image: bytes


def wait(connection: Connection, run_id: str, model: str, keys: Sequence[Waiting]) -> None:
    """Keep keys that must wait; those that wait already must have been taken out before."""
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY migrate.waiting (run_id, model, item_key, shard, rule, place, image) FROM STDIN"
        ) as copy,
    ):
        for one in keys:
            copy.write_row((run_id, model, one.item_key, one.shard, one.rule, one.place, one.image))


def waiting(
    connection: Connection, run_id: str, model: str, after: str | None, most: int
) -> list[Waiting]:
    """Keys that wait, by the order of their hash from behind `after` (an item key) on."""
    rows = connection.execute(
        "select item_key, shard, rule, place, image from migrate.waiting"
        " where run_id = %s and model = %s and (%s::text is null or md5(item_key) > md5(%s))"
        " order by md5(item_key) limit %s",
        [run_id, model, after, after, most],
    )
    return [Waiting(*row) for row in rows]


def take_waiting(
    connection: Connection, run_id: str, model: str, item_keys: Iterable[str]
) -> dict[str, int]:
    """Those of the keys that wait stop waiting. Returns their changes' shards by item key."""
    return take_waiting_of(connection, run_id, model, key_hashes(item_keys))


def take_waiting_of(connection: Connection, run_id: str, model: str, hashes: str) -> dict[str, int]:
    """The same by `key_hashes`."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "delete from migrate.waiting where run_id = %s and model = %s"
        " and md5(item_key) = any(%s::text[]) returning item_key, shard",
        [run_id, model, hashes],
    ).fetchall()
    return dict(rows)


def waiting_counts(connection: Connection, run_id: str) -> dict[str, int]:
    """How many keys wait, by model."""
    rows = connection.execute(
        "select model, count(*) from migrate.waiting where run_id = %s group by model", [run_id]
    )
    return dict(rows.fetchall())
