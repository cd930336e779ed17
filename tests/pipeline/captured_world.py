"""A scripted DynamoDB that is captured into a real ledger, with its history to compare with."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg

from migrate.aws import Source, client
from migrate.ledger import streams
from migrate.ledger.streams import Generation, Shard
from migrate.observe import Event, Note
from migrate.pipeline.capture import Capture, Until
from migrate.pipeline.capture_result import CaptureResult
from migrate.pipeline.job import Job
from tests.fakes.dynamodb import FakeClock, FakeDynamoDB, serving
from tests.small_world import PERSON, REGION, VISIT, SmallWorld, table_name

Place = tuple[str, str, int]
"""Stream, shard and sequence number of a change."""
HOUR = 3600.0


class CapturedWorld(SmallWorld):
    """Persons and visits behind the fake, with streams, and an empty database.

    `history`: every change that the fake ever had in a stream, also what is trimmed by now."""

    def __init__(self, postgres_url: str, fake: FakeDynamoDB, endpoint: str) -> None:
        self.url = postgres_url
        self.source = Source(REGION, endpoint)
        self.fake = fake
        self.clock = fake.clock
        self.history: dict[Place, tuple[str, datetime]] = {}
        self.notes: list[str] = []
        self._dynamodb = client("dynamodb", self.source)
        self.job_of_all = self.job(PERSON, VISIT)

    def make(self, model: str, view: str | None = "NEW_AND_OLD_IMAGES") -> None:
        """A table with a stream of this view, or without one."""
        self._dynamodb.create_table(
            TableName=table_name(model),
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            **({"StreamSpecification": _stream(view)} if view else {}),
        )

    def switch(self, model: str, view: str | None) -> None:
        """The stream off (None), or on."""
        self.remember()
        with self.fake.lock:
            table = self.fake.table(table_name(model))
            if view is None:
                self.fake.disable_stream(table)
            else:
                self.fake.enable_stream(table, view)

    def put(self, model: str, *items: dict[str, Any]) -> None:
        for one in items:
            self.fake.put(table_name(model), one)
        self.remember()

    def delete(self, model: str, *numbers: int | str) -> None:
        for one in numbers:
            self.fake.delete(table_name(model), _key(one))
        self.remember()

    def expire(self, model: str, number: int) -> None:
        self.fake.expire(table_name(model), _key(number))
        self.remember()

    def advance(self, seconds: float) -> None:
        self.remember()
        self.clock.advance(seconds)

    def remember(self) -> None:
        """Add to the history what the streams hold now."""
        with self.fake.lock:
            for arn, stream in self.fake.streams.items():
                for shard in stream.shards.values():
                    for record in shard.records:
                        place = (arn, shard.shard_id, record.sequence)
                        name = record.wire["eventName"]
                        kind = "put" if name != "REMOVE" else "removed"
                        kind = "expired" if "userIdentity" in record.wire else kind
                        self.history[place] = (kind, record.at)

    # Capture

    @contextmanager
    def capture(self, job: Job | None = None, requests: int = 0) -> Iterator[Capture]:
        """A capture whose waiting turns the clock."""

        def wait(seconds: float) -> bool:
            self.advance(seconds)
            return False

        def observe(event: Event) -> None:
            if isinstance(event, Note):
                self.notes.append(event.message)

        process = Capture(
            job or self.job_of_all, observe, now=self.clock.now, wait=wait, requests=requests
        )
        with process:
            yield process

    def captured(
        self,
        until: Until = "quiet",
        job: Job | None = None,
        *,
        pin: bool = True,
        meanwhile: Callable[[], None] | None = None,
    ) -> CaptureResult:
        """One process from its start to its end."""
        with self.capture(job) as process:
            if pin:
                process.pin()
            if meanwhile:
                meanwhile()
            return process.run(threading.Event(), until)

    # What the ledger has

    def generations(self, model: str = "Person") -> list[Generation]:
        with psycopg.connect(self.url) as connection:
            return streams.generations(connection, model)

    def known_shards(self, model: str = "Person", generation: int | None = None) -> list[Shard]:
        with psycopg.connect(self.url) as connection:
            return streams.shards(connection, model, generation)

    def landed(self, generation: Generation) -> dict[Place, str]:
        """Kinds of the captured changes; the ledger's key keeps each from being there twice."""
        rows = self.rows(
            "select s.shard_id, c.sequence::text, c.kind from migrate.changes c"
            f" join migrate.shards s using (shard) where s.model = '{generation.model}'"
            f" and s.generation = {generation.number}"
        )
        return {(generation.arn, row[0], int(row[1])): row[2] for row in rows}

    def check(self, models: Sequence[str] = ("Person", "Visit")) -> None:  # type: ignore[override]
        """Every generation holds exactly what its stream had while it was captured: all of it, or
        all up to the instant that a lost one states."""
        self.remember()
        for model in models:
            for one in self.generations(model):
                self._check(one)
        early = self.rows(
            "select p.shard_id from migrate.shards p join migrate.shards s on s.model = p.model"
            " and s.generation = p.generation and s.parent_id = p.shard_id"
            " where (select max(captured_at) from migrate.changes where shard = p.shard)"
            "  > (select min(captured_at) from migrate.changes where shard = s.shard)"
        )
        assert not early, "a child was read before its parent's end"

    def _check(self, generation: Generation) -> None:
        landed = self.landed(generation)
        true = {
            place: kind for place, (kind, _) in self.history.items() if place[0] == generation.arn
        }
        assert landed.items() <= true.items(), "captured what never was"
        until = generation.complete_until if generation.state == "lost" else self.clock.now()
        assert until is not None
        wanted = {
            place
            for place, (_, at) in self.history.items()
            if place[0] == generation.arn and generation.covers_from <= at < until
        }
        missing = wanted - landed.keys()
        assert not missing, f"{generation.model} {generation.number} lacks {len(missing)} changes"
        counted = sum(
            one.captured for one in self.known_shards(generation.model, generation.number)
        )
        assert counted == len(landed)


def _stream(view: str) -> dict[str, Any]:
    return {"StreamEnabled": True, "StreamViewType": view}


def _key(number: int | str) -> dict[str, Any]:
    from tests.small_world import uid

    return {"id": {"S": uid(number)}}


@contextmanager
def captured_world(postgres_url: str, seed: int = 0) -> Iterator[CapturedWorld]:
    """Both tables with streams, before anything is captured."""
    fake = FakeDynamoDB(FakeClock(), seed=seed)
    with serving(fake) as endpoint:
        world = CapturedWorld(postgres_url, fake, endpoint)
        world.make("Person")
        world.make("Visit")
        yield world


def calls(world: CapturedWorld, operation: str) -> list[dict[str, Any]]:
    return [one.request for one in world.fake.calls if one.operation == operation]


def meanwhile(process: Capture, turn: int, action: Callable[[], Any]) -> None:
    """Do something in the pause of this number."""
    wait = process._wait
    assert wait is not None
    turns = 0

    def and_act(seconds: float) -> bool:
        nonlocal turns
        turns += 1
        if turns == turn:
            action()
        return wait(seconds)

    process._wait = and_act


def running_for(
    world: CapturedWorld, process: Capture, *, seconds: float
) -> tuple[threading.Event, Any]:
    """A run of so many seconds of the clock."""
    end = world.clock.now().timestamp() + seconds
    wait = process._wait
    assert wait is not None
    process._wait = lambda pause: wait(pause) or world.clock.now().timestamp() >= end
    return threading.Event(), "stopped"


def states(world: CapturedWorld) -> list[tuple[int, str]]:
    return [(one.number, one.state) for one in world.generations()]


def settled(world: CapturedWorld) -> None:
    """Captured, and silent for longer than proves that nothing was left."""
    job = world.job_of_all
    follow = dataclasses.replace(job.follow, quiet_seconds=400.0, idle_seconds=60.0)
    world.captured(job=dataclasses.replace(job, follow=follow))
