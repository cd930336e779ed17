"""Generations of a table's changes and their shards, as capture keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from migrate.target.connection import Connection

State = Literal["open", "closing", "ended", "lost", "mended"]


@dataclass(frozen=True, slots=True)
class Generation:
    """One stream of a table, or the exports that mend a gap, in the order in which they apply.

    `covers_from`: every change made since is captured, or will be. `complete_until`: of a lost
    one, every change before is captured. `pinned_at` is PostgreSQL's clock, the others the
    reader's."""

    model: str
    number: int
    kind: Literal["stream", "exports"]
    table: str
    arn: str
    label: str
    view_type: str
    state: State
    problem: str
    covers_from: datetime
    complete_until: datetime | None
    listed_at: datetime
    pinned_at: datetime


@dataclass(frozen=True, slots=True)
class Shard:
    """A shard as its reader knows it. `position`: the sequence number of the last captured change.

    `read_at`: when DynamoDB last answered for it; `silent_since`: since when the answers are
    empty; `at`: when the last captured change was made. `complete_until`: every change of it that
    was made before is captured. `digits`: with how many digits its last sequence number was
    written (an endpoint that writes leading zeros wants them back)."""

    shard: int
    model: str
    generation: int
    shard_id: str
    parent_id: str | None
    position: int | None
    captured: int
    pruned: int
    state: Literal["open", "closed"]
    read_at: datetime
    silent_since: datetime | None
    at: datetime | None
    complete_until: datetime | None = None
    digits: int | None = None


@dataclass(frozen=True, slots=True)
class NewShard:
    """A shard that was listed and is not known yet. `read_at`: since when nothing of it can have
    been missed, as far as its parent's answers tell; `complete_until`: as far as is proven, where
    that is another instant."""

    shard_id: str
    parent_id: str | None
    read_at: datetime
    complete_until: datetime | None = None


_GENERATION = (
    "model, generation, kind, table_name, arn, label, view_type, state, problem, covers_from,"
    " complete_until, listed_at, pinned_at"
)
_SHARD = (
    "shard, model, generation, shard_id, parent_id, position::text, captured, pruned, state,"
    " read_at, silent_since, at, complete_until, position_digits"
)


def generations(connection: Connection, model: str | None = None) -> list[Generation]:
    """All of a model, or of every model, in the order in which they apply."""
    rows = connection.execute(
        f"select {_GENERATION} from migrate.streams where %s::text is null or model = %s"
        " order by model, generation",
        [model, model],
    )
    return [Generation(*row) for row in rows]


def pin(
    connection: Connection,
    model: str,
    *,
    number: int,
    table: str,
    arn: str,
    label: str,
    view_type: str,
    covers_from: datetime,
    kind: Literal["stream", "exports"] = "stream",
) -> None:
    """Add a generation, which from now on is this stream and no other."""
    connection.execute(
        "insert into migrate.streams (model, generation, kind, table_name, arn, label, view_type,"
        " covers_from, listed_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [model, number, kind, table, arn, label, view_type, covers_from, covers_from],
    )


def set_state(
    connection: Connection,
    model: str,
    number: int,
    state: State,
    *,
    problem: str = "",
    complete_until: datetime | None = None,
) -> None:
    """Change a generation's state; `complete_until` is kept where none is given."""
    connection.execute(
        "update migrate.streams set state = %s, problem = %s,"
        " complete_until = coalesce(%s, complete_until) where model = %s and generation = %s",
        [state, problem, complete_until, model, number],
    )


def listed(connection: Connection, model: str, number: int, at: datetime) -> None:
    """All pages of the shards' list were read."""
    connection.execute(
        "update migrate.streams set listed_at = %s where model = %s and generation = %s",
        [at, model, number],
    )


def shards(
    connection: Connection, model: str | None = None, generation: int | None = None
) -> list[Shard]:
    """Shards in the order in which they became known: parents before children."""
    rows = connection.execute(
        f"select {_SHARD} from migrate.shards where (%(model)s::text is null or model = %(model)s)"
        " and (%(generation)s::integer is null or generation = %(generation)s)"
        " order by model, generation, shard",
        {"model": model, "generation": generation},
    )
    return [_shard(row) for row in rows]


def _shard(row: tuple[object, ...]) -> Shard:
    values = list(row)
    values[5] = None if values[5] is None else int(str(values[5]))
    return Shard(*values)  # type: ignore[arg-type]


def add_shards(
    connection: Connection, model: str, generation: int, new: Iterable[NewShard]
) -> None:
    """Keep shards that are not known yet; given parents before children."""
    for one in new:
        connection.execute(
            "insert into migrate.shards (model, generation, shard_id, parent_id, read_at,"
            " complete_until) values (%s, %s, %s, %s, %s, %s)"
            " on conflict (model, generation, shard_id) do nothing",
            [
                model, generation, one.shard_id, one.parent_id, one.read_at,
                one.complete_until or one.read_at,
            ],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heard:
    """What an answer of GetRecords says of a shard: see `Shard`. `before` is the position that the
    answer goes on from; `captured` counts its changes. None for `at`, `complete_until` and
    `digits`: as before."""

    shard: int
    before: int | None
    position: int | None
    captured: int
    is_closed: bool
    read_at: datetime
    silent_since: datetime | None
    at: datetime | None
    complete_until: datetime | None = None
    digits: int | None = None


def advance(connection: Connection, heard: Sequence[Heard]) -> bool:
    """Move shards by compare-and-set, in the transaction that lands their changes.

    False: another reader moved one of them, or it was closed; the transaction must be rolled back.
    """
    cursor = connection.execute(
        "update migrate.shards s set position = h.position, captured = s.captured + h.captured,"
        " state = case when h.is_closed then 'closed' else s.state end, read_at = h.read_at,"
        " silent_since = h.silent_since, at = coalesce(h.at, s.at),"
        " complete_until = greatest(s.complete_until, h.complete_until),"
        " position_digits = coalesce(h.digits, s.position_digits)"
        " from unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::bigint[], %s::boolean[],"
        "  %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],"
        "  %s::smallint[])"
        "  as h (shard, before, position, captured, is_closed, read_at, silent_since, at,"
        "   complete_until, digits)"
        " where s.shard = h.shard and s.state = 'open'"
        " and s.position is not distinct from h.before",
        [
            [one.shard for one in heard],
            [_text(one.before) for one in heard],
            [_text(one.position) for one in heard],
            [one.captured for one in heard],
            [one.is_closed for one in heard],
            [one.read_at for one in heard],
            [one.silent_since for one in heard],
            [one.at for one in heard],
            [one.complete_until for one in heard],
            [one.digits for one in heard],
        ],
    )
    return cursor.rowcount == len(heard)


def begin_children(connection: Connection, parents: Sequence[int]) -> None:
    """Shards whose parent has been read to its end: what was made before that end is captured, so
    nothing of them can have been missed before."""
    connection.execute(
        "update migrate.shards c set"
        " complete_until = greatest(c.complete_until, p.complete_until),"
        " read_at = greatest(c.read_at, case when p.silent_since is null"
        "  then coalesce(p.at, p.read_at) else p.read_at end)"
        " from migrate.shards p where p.shard = any(%s) and c.model = p.model"
        " and c.generation = p.generation and c.parent_id = p.shard_id"
        " and c.state = 'open' and c.captured = 0",
        [list(parents)],
    )


def close_shards(connection: Connection, model: str, generation: int) -> None:
    """Nothing more is read of a generation."""
    connection.execute(
        "update migrate.shards set state = 'closed' where model = %s and generation = %s",
        [model, generation],
    )


def _text(number: int | None) -> str | None:
    """Sequence numbers have up to 40 digits, more than a bigint holds."""
    return None if number is None else str(number)


def forget(connection: Connection, models: Iterable[str]) -> int:
    """Remove everything captured of these models, and how far any run applied it. Returns how many
    generations there were."""
    names = list(models)
    of_model = "select shard from migrate.shards where model = any(%s)"
    connection.execute("delete from migrate.waiting where model = any(%s)", [names])
    for table in ("applied", "changes"):
        connection.execute(f"delete from migrate.{table} where shard in ({of_model})", [names])
    connection.execute("delete from migrate.shards where model = any(%s)", [names])
    gone = connection.execute("delete from migrate.streams where model = any(%s)", [names])
    return gone.rowcount


def captured_counts(connection: Connection) -> dict[tuple[str, int], int]:
    """How many changes were captured, by model and generation."""
    rows = connection.execute(
        "select model, generation, sum(captured)::bigint from migrate.shards group by 1, 2"
    )
    return {(row[0], row[1]): row[2] for row in rows}
