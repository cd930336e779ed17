"""Looks at a table's stream and its shards, and brings the ledger up to what is found.

Only here generations are pinned, and found to be another than the pinned one; only here shards
become known. A look changes nothing until it is taken into the ledger, in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from migrate.errors import FixInputError
from migrate.ledger import streams
from migrate.ledger.streams import Generation, NewShard, Shard
from migrate.mapping.spec import Mapping
from migrate.pipeline.capture_gaps import begins_at, shown, unread_since
from migrate.pipeline.horizon import SURE, read_up_to
from migrate.source.streams import ListedShard, Listing, TableStream, list_shards, table_stream
from migrate.source.tables import check_key
from migrate.target.connection import Connection

VIEWS = ("NEW_AND_OLD_IMAGES", "NEW_IMAGE")


@dataclass(frozen=True, slots=True)
class Look:
    """What DynamoDB says: the table's newest stream, None without a table; and by ARN the shards
    of the streams that are read, None for one that is gone. `begun_at` is before all of it,
    `ended_at` behind it."""

    stream: TableStream | None
    listings: dict[str, Listing | None]
    begun_at: datetime
    ended_at: datetime


def look(
    dynamodb: Any, client: Any, table: str, arns: Iterable[str], now: Callable[[], datetime]
) -> Look:
    """Ask for the table and for all shards of these streams and of the newest one."""
    begun_at = now()
    stream = table_stream(dynamodb, table)
    wanted = dict.fromkeys(arns)
    if stream is not None and stream.is_enabled:
        wanted[stream.arn] = None
    return Look(stream, {arn: list_shards(client, arn) for arn in wanted}, begun_at, now())


@dataclass(slots=True)
class Taken:
    """What a look changed. `lost`: sentences for people; `refusal`: why the table cannot be
    captured, with what to do; `orphans`: shards, by generation and id, that are held back until
    their parent is listed; `broken`: generations that are lost, and of which shards are missing."""

    pinned: Generation | None = None
    lost: list[str] = field(default_factory=list)
    refusal: tuple[str, str] | None = None
    strange: str = ""
    added: int = 0
    orphans: list[tuple[int, str]] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)


def take(
    connection: Connection, mapping: Mapping, table: str, seen: Look, reading: Iterable[int]
) -> Taken:
    """Write what was seen into the ledger, inside the caller's transaction. `reading`: the numbers
    of the generations whose shards are read. Repeatable."""
    taken = Taken()
    held = streams.generations(connection, mapping.model)
    wanted = set(reading)
    for generation in held:
        if generation.number in wanted and seen.listings.get(generation.arn) is not None:
            _take_shards(connection, generation, seen, taken)
    held = streams.generations(connection, mapping.model)
    newest = held[-1] if held else None
    reason = _reason_of_end(newest, table, seen.stream) if newest else None
    if newest is not None and reason is not None:
        newest = lose(connection, newest, reason)
        taken.lost.append(reason)
    if newest is None or newest.state == "lost":
        _pin(connection, mapping, table, newest, seen, taken)
    elif newest.state == "ended" and seen.stream and seen.stream.is_enabled:
        taken.strange = (
            f"the stream of {table} was read to its end, and the one it has now is not recorded as"
            " its successor: `migrate drain` does that; nothing is captured until then"
        )
    return taken


def lose(connection: Connection, generation: Generation, problem: str) -> Generation:
    """A gap: from now on the generation is lost; what is captured of it for certain is noted."""
    shards = streams.shards(connection, generation.model, generation.number)
    until = unread_since(shards, generation)
    streams.set_state(
        connection,
        generation.model,
        generation.number,
        "lost",
        problem=problem,
        complete_until=until,
    )
    return next(
        one
        for one in streams.generations(connection, generation.model)
        if one.number == generation.number
    )


def _reason_of_end(newest: Generation, table: str, stream: TableStream | None) -> str | None:
    """Why the newest generation is not the table's stream any more; None: it is, or this tool
    closed it."""
    if newest.state != "open":
        return None
    if newest.table != table:
        return f"{newest.table} was captured, and the profile names {table} now"
    if stream is None:
        return f"the table {table} was deleted"
    if not stream.is_enabled:
        return f"somebody switched off the stream of {table}"
    if stream.arn != newest.arn:
        return (
            f"somebody made the stream of {table} anew: it was {newest.label}, and is"
            f" {stream.label}"
        )
    return None


def _pin(
    connection: Connection,
    mapping: Mapping,
    table: str,
    before: Generation | None,
    seen: Look,
    taken: Taken,
) -> None:
    """The table's stream as a new generation; behind a gap, with a number left for exports."""
    taken.refusal = refusal_of(mapping, table, seen.stream)
    listing = seen.listings.get(seen.stream.arn) if seen.stream else None
    if taken.refusal is not None or seen.stream is None or listing is None:
        return
    number = 1 if before is None else before.number + 2
    streams.pin(
        connection,
        mapping.model,
        number=number,
        table=table,
        arn=seen.stream.arn,
        label=seen.stream.label,
        view_type=seen.stream.view_type,
        # Behind the listing: all that was closed by then was made before.
        covers_from=seen.ended_at,
    )
    pinned = streams.generations(connection, mapping.model)[-1]
    new = [
        NewShard(one.shard_id, one.parent_id, seen.ended_at) for one in listing.parents_first
    ]  # fmt: skip
    streams.add_shards(connection, mapping.model, number, new)
    taken.pinned, taken.added = pinned, len(new)


def refusal_of(mapping: Mapping, table: str, stream: TableStream | None) -> tuple[str, str] | None:
    """Why a table's stream cannot be followed, and what to do; an existing stream is never
    altered by this tool, because others may read it."""
    command = f"aws dynamodb update-table --table-name {table} --stream-specification "
    on = f"{command}StreamEnabled=true,StreamViewType={VIEWS[0]}"
    if stream is None:
        return f"the table {table} does not exist", "check api_id and environment of the profile"
    if not stream.is_enabled:
        return f"the table {table} has no stream", f"switch it on: {on}"
    if stream.view_type not in VIEWS:
        return (
            f"the stream of {table} has the view {stream.view_type}, which holds no new images",
            f"switch it off ({command}StreamEnabled=false) and on again ({on}), once nobody else"
            " needs it as it is",
        )
    try:
        check_key(mapping, stream.table)
    except FixInputError as error:
        return error.message, error.hint
    return None


def _take_shards(connection: Connection, generation: Generation, seen: Look, taken: Taken) -> None:
    listing = seen.listings[generation.arn]
    assert listing is not None
    known = streams.shards(connection, generation.model, generation.number)
    found = _new_shards(generation, known, listing, seen.ended_at)
    streams.add_shards(connection, generation.model, generation.number, found.new)
    taken.added += len(found.new)
    taken.orphans += [(generation.number, one) for one in found.orphans]
    if found.problem and generation.state == "lost":
        taken.broken.append(generation.number)
    elif found.problem:
        lose(connection, generation, found.problem)
        taken.lost.append(found.problem)
    streams.listed(connection, generation.model, generation.number, seen.begun_at)


@dataclass(slots=True)
class _Found:
    new: list[NewShard] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    problem: str = ""


def _new_shards(
    generation: Generation, known: Sequence[Shard], listing: Listing, now: datetime
) -> _Found:
    """The listed shards that are not known yet, parents first.

    What descends from a known shard follows on it. An ancestor of a known shard was listed late:
    it had ended before its descendant was pinned, so its changes are older than the capture, and
    read now they would come in the wrong order. One whose parent nobody knows is held back: the
    parent is listed late, or it lived and was forgotten while nobody looked, which is a gap.
    """
    found = _Found()
    held = {one.shard_id: one for one in known}
    added: dict[str, NewShard] = {}
    older = _ancestors(listing.shards, known)
    for one in listing.parents_first:
        if one.shard_id in held or one.shard_id in older:
            continue
        parent = held.get(one.parent_id or "")
        if parent is not None:
            since = begins_at(parent, generation)
            new = NewShard(one.shard_id, one.parent_id, max(since, read_up_to(parent)), since)
        elif one.parent_id in added:
            until = added[one.parent_id]
            new = NewShard(one.shard_id, one.parent_id, until.read_at, until.complete_until)
        elif not known or one.parent_id in older:
            new = NewShard(one.shard_id, one.parent_id, generation.covers_from)
        elif now - generation.listed_at >= SURE:
            found.problem = (
                f"nobody looked at the shards of {generation.table} since"
                f" {shown(generation.listed_at)}, and the parent of {one.shard_id} is gone"
            )
            continue
        elif one.parent_id is None:
            new = NewShard(one.shard_id, None, generation.listed_at)
        else:
            found.orphans.append(one.shard_id)
            continue
        added[one.shard_id] = new
    found.new = list(added.values())
    return found


def _ancestors(listed: Sequence[ListedShard], known: Sequence[Shard]) -> set[str]:
    """All that known shards descend from, as far as it is listed."""
    parent_of = {one.shard_id: one.parent_id for one in listed}
    parent_of |= {one.shard_id: one.parent_id for one in known}
    found: set[str] = set()
    for one in known:
        above = one.parent_id
        while above is not None and above not in found:
            found.add(above)
            above = parent_of.get(above)
    return found
