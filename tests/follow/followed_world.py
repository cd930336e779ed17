"""The small world, loaded and then changed: what its stream would say is put into the ledger by
hand, so that a test decides what is captured, and where a batch begins."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from migrate.ledger import captured, schema, streams
from migrate.ledger.captured import CapturedChange, Kind
from migrate.ledger.streams import Heard, NewShard, Shard
from migrate.mapping.key import item_key_text
from migrate.observe import Observer, silent
from migrate.pipeline.finalise import finalise
from migrate.pipeline.follow import Follower, FollowResult
from migrate.pipeline.follow_goal import Until
from migrate.pipeline.job import Job
from migrate.pipeline.load import load
from migrate.target.connection import Connection
from tests.fakes.dynamodb import FakeClock, FakeDynamoDB, serving
from tests.small_world import SmallWorld, table_name, uid

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
Item = dict[str, Any]


class FollowedWorld(SmallWorld):
    """Its source is the fake: `put` and `delete` change it unseen, `change` and `remove` are
    captured as well."""

    def __init__(self, postgres_url: str, endpoint: str, fake: FakeDynamoDB) -> None:
        super().__init__(postgres_url, endpoint)
        self.fake = fake
        self.now = NOON
        self._sequence = 10**20
        self._held: Connection | None = None

    def put(self, model: str, *items: Item) -> None:
        for one in items:
            self.fake.put(table_name(model), one)

    def delete(self, model: str, *numbers: int | str) -> None:
        for number in numbers:
            self.fake.delete(table_name(model), {"id": {"S": uid(number)}})

    def start(self, job: Job) -> None:
        """Pin the streams, load, and put on what a copy that follows has."""
        self.pin(job)
        self.load(job)

    def load(self, job: Job, *, again: bool = False) -> None:
        load(job, again=again)
        finalise(job, foreign_keys=False)

    @contextmanager
    def ledger(self) -> Iterator[Connection]:
        """One connection for all changes, each in its own transaction."""
        if self._held is None:
            self._held = psycopg.connect(self.url, autocommit=True)
            schema.install(self._held)
        with self._held.transaction():
            yield self._held

    def end(self) -> None:
        if self._held is not None:
            self._held.close()

    def pin(self, job: Job, number: int = 1, *, shards: tuple[str, ...] = ("s1",)) -> None:
        """A generation of every model, with shards that are no children."""
        for mapping in job.mappings:
            self.pin_model(mapping.model, number, shards=shards)

    def pin_model(
        self, model: str, number: int, *, shards: tuple[str, ...] = ("s1",), kind: Any = "stream"
    ) -> None:
        with self.ledger() as connection:
            streams.pin(
                connection, model, number=number, table=table_name(model), arn=f"arn:{number}",
                label=str(number), view_type="NEW_AND_OLD_IMAGES", covers_from=self.now, kind=kind,
            )  # fmt: skip
            new = [NewShard(one, None, self.now) for one in shards]
            streams.add_shards(connection, model, number, new)

    def set_state(self, model: str, number: int, state: streams.State, problem: str = "") -> None:
        with self.ledger() as connection:
            streams.set_state(connection, model, number, state, problem=problem)

    def add_child(self, model: str, shard: str, parent: str, number: int = 1) -> None:
        with self.ledger() as connection:
            streams.add_shards(connection, model, number, [NewShard(shard, parent, self.now)])

    def change(self, model: str, *items: Item, shard: str = "s1", number: int = 1) -> None:
        """Written to the source, and captured."""
        self.put(model, *items)
        self.capture(model, *items, shard=shard, number=number)

    def remove(
        self,
        model: str,
        *numbers: int | str,
        kind: Kind = "removed",
        shard: str = "s1",
        number: int = 1,
    ) -> None:
        """Removed from the source, and captured."""
        self.delete(model, *numbers)
        keys: list[Item] = [{"id": {"S": uid(one)}} for one in numbers]
        self.capture(model, *keys, kind=kind, shard=shard, number=number)

    def capture(
        self,
        model: str,
        *items: Item,
        kind: Kind = "put",
        shard: str = "s1",
        number: int = 1,
    ) -> None:
        """Captured, whatever the source holds; of one that is removed only the key is needed."""
        with self.ledger() as connection:
            found = self.shard(connection, model, shard, number)
            changes = [self._change(found, model, one, kind) for one in items]
            captured.land(connection, changes)
            self._heard(connection, found, changes[-1].sequence, len(changes))

    def _change(self, shard: Shard, model: str, item: Item, kind: Kind) -> CapturedChange:
        self._sequence += 7
        mapping = next(one for one in self.job().mappings if one.model == model)
        image = json.dumps(item).encode() if kind == "put" else None
        key = item_key_text(mapping, item)
        return CapturedChange(shard.shard, self._sequence, key, kind, image, None, self.now)

    def _heard(
        self, connection: Connection, shard: Shard, position: int | None, count: int
    ) -> None:
        heard = Heard(
            shard.shard, shard.position, position, count, is_closed=False, read_at=self.now,
            silent_since=None, at=self.now,
        )  # fmt: skip
        assert streams.advance(connection, [heard])

    def close(self, model: str, shard: str = "s1", number: int = 1) -> None:
        """The shard was read to its end."""
        with self.ledger() as connection:
            connection.execute(
                "update migrate.shards set state = 'closed'"
                " where model = %s and shard_id = %s and generation = %s",
                [model, shard, number],
            )

    def shard(self, connection: Connection, model: str, shard_id: str, number: int = 1) -> Shard:
        found = streams.shards(connection, model, number)
        return next(one for one in found if one.shard_id == shard_id)

    def silence(self, hours: float = 1) -> None:
        """All open shards answered, and had nothing more, until then."""
        with self.ledger() as connection:
            connection.execute(
                "update migrate.shards set read_at = %s, silent_since = %s where state = 'open'",
                [self.now + timedelta(hours=hours), self.now],
            )

    def follow(
        self,
        job: Job,
        until: Until = "caught-up",
        observer: Observer = silent,
        *,
        wait: Callable[[float], object] | None = None,
        batch: int | None = None,
    ) -> FollowResult:
        """Until everything that was captured is applied. A wait fails: nothing is to be waited
        for."""
        if batch is not None:
            job = dataclasses.replace(
                job, follow=dataclasses.replace(job.follow, batch_changes=batch)
            )
        if until == "caught-up":
            self.silence()
        with Follower(job, observer, now=lambda: self.now, wait=wait or _no_wait) as follower:
            return follower.run(threading.Event(), until)

    def waiting(self) -> list[tuple[str, ...]]:
        """(model, last digits of the id, rule, place) of the keys that wait, sorted."""
        found = self.rows(
            "select model, item_key::json->'id'->>'S', rule, place from migrate.waiting"
        )
        return sorted((m, key[24:].lstrip("0"), rule, place) for m, key, rule, place in found)

    def check_identity(self, result: FollowResult) -> None:
        """Of each shard and in all: captured = applied + superseded + rejected + pending."""
        settled = result.applied + result.superseded + result.rejected
        assert result.captured == settled + result.pending, result
        waits = self.rows("select shard, count(*) from migrate.waiting group by shard")
        rows = self.rows(
            "select s.shard, s.captured - a.before - a.applied - a.superseded - a.rejected,"
            " s.position = a.position"
            " from migrate.shards s join migrate.applied a using (shard)"
            " where a.run_id = (select run_id from migrate.runs where state <> 'abandoned'"
            "  order by started_at desc limit 1)"
        )
        for shard, left, is_at_end in rows:
            if is_at_end:
                assert left == dict(waits).get(shard, 0), (shard, left, waits)


def _no_wait(seconds: float) -> None:
    raise AssertionError("it waits for something that never comes")


@contextmanager
def followed_world(postgres_url: str) -> Iterator[FollowedWorld]:
    """An empty database, and an empty source of its own."""
    fake = FakeDynamoDB(FakeClock(NOON))
    with serving(fake) as endpoint:
        world = FollowedWorld(postgres_url, endpoint, fake)
        try:
            yield world
        finally:
            world.end()


def fresh_copy(world: SmallWorld, job: Job, url: str) -> SmallWorld:
    """What a load and a judgement of the source as it is now make, in another database."""
    other = SmallWorld.__new__(SmallWorld)
    other.url = url
    other.source = world.source
    fresh = dataclasses.replace(job, target=dataclasses.replace(job.target, url=url))
    load(fresh)
    finalise(fresh)
    return other


def content(world: SmallWorld, job: Job) -> dict[str, Any]:
    """Every row of every table, and the open rejects."""
    tables: dict[str, Any] = {
        table: world.rows(f"select t::text from {table} t order by 1")
        for table in job.target_tables
    }
    rejects = world.rows(
        "select model, item_key, rule, coalesce(place, -1) from migrate.rejects"
        " where state = 'open' and run_id = (select run_id from migrate.runs"
        "  where state <> 'abandoned' order by started_at desc limit 1) order by 1, 2, 3, 4"
    )
    return {**tables, "rejects": rejects}
