"""Random histories of a changing source, captured whole, applied in random pieces, with accidents:
what stands in the end must be what a fresh load of the source would leave."""

from __future__ import annotations

import dataclasses
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from migrate.ledger.captured import Kind
from migrate.pipeline.engines import processes
from migrate.pipeline.finalise import finalise
from migrate.pipeline.follow import Follower, FollowResult
from migrate.pipeline.job import Job
from tests import servers
from tests.follow.followed_world import (
    FollowedWorld,
    content,
    followed_world,
    fresh_copy,
)
from tests.follow.random_items import KEEP_FIRST, KEYS, TWO_TABLES, random_person, random_visit
from tests.small_world import VISIT

_ROUNDS_MAX = 5


def run_case(seed: int, postgres_server_url: str = "") -> int:
    """One history under the accidents of `seed`, and how many changes it had. Raises
    AssertionError when the end is not a fresh load's. Without a URL it runs a server of its own."""
    with (
        server_of(postgres_server_url) as server_url,
        servers.database(server_url) as url,
        servers.database(server_url) as other_url,
        followed_world(url) as world,
        inline_workers(),
    ):
        return History(seed, world).run(other_url)


@contextmanager
def inline_workers() -> Iterator[None]:
    """Loads run their one worker in this process: starting another costs more than a case."""

    def run(
        count: int, task: Callable[..., None], arguments: tuple[Any, ...], **callbacks: Any
    ) -> None:
        task(*arguments)
        callbacks["on_tick"]()

    whole, processes.run_workers = processes.run_workers, run
    try:
        yield
    finally:
        processes.run_workers = whole


@contextmanager
def server_of(url: str) -> Iterator[str]:
    if url:
        yield url
        return
    with servers.session_folder() as folder, servers.postgres(folder) as started:
        yield started


class History:
    """One world and its seeded changes."""

    def __init__(self, seed: int, world: FollowedWorld) -> None:
        self.chance = random.Random(seed)
        self.world = world
        mapping = self.chance.choice((TWO_TABLES, KEEP_FIRST))
        self.job = world.job(mapping, VISIT)
        self.changes = 0
        self.shards = {"Person": ["s1"], "Visit": ["s1"]}
        self.held: dict[str, set[int]] = {"Person": set(), "Visit": set()}

    def run(self, other_url: str) -> int:
        world = self.world
        for _ in range(self.chance.randint(0, 12)):
            self._step(is_captured=False)
        world.start(self.job)
        for _ in range(self.chance.randint(1, _ROUNDS_MAX)):
            for _ in range(self.chance.randint(0, 12)):
                self._step(is_captured=True)
            self._follow()
        self._settle(other_url)
        return self.changes

    def _step(self, *, is_captured: bool) -> None:
        """One change of the source. Before the load only some are captured: those that the scan
        sees as well, as it does where capture began before it."""
        if is_captured and self.chance.random() < 0.05:
            self._split()
            return
        model = self.chance.choice(("Person", "Person", "Visit"))
        number = self.chance.randint(1, KEYS)
        self.changes += 1
        is_removed = self.chance.random() < 0.2 and number in self.held[model]
        if is_removed:
            self.held[model].discard(number)
            if is_captured:
                kind: Kind = self.chance.choice(("removed", "expired"))
                self.world.remove(model, number, kind=kind, shard=self._shard(model, number))
            else:
                self.world.delete(model, number)
            return
        self.held[model].add(number)
        make = random_person if model == "Person" else random_visit
        item = make(self.chance, number)
        if is_captured:
            self.world.change(model, item, shard=self._shard(model, number))
        else:
            self.world.put(model, item)

    def _shard(self, model: str, number: int) -> str:
        """The open shard of a key: all its changes lie in one, until that is split."""
        shards = self.shards[model]
        return shards[number % len(shards)]

    def _split(self) -> None:
        model = self.chance.choice(("Person", "Visit"))
        old = self.shards[model]
        if len(old) > 1 or self.changes > 40:
            return
        self.world.close(model, old[0])
        new = [f"{old[0]}-1", f"{old[0]}-2"]
        for one in new:
            self.world.add_child(model, one, old[0])
        self.shards[model] = new

    def _follow(self) -> None:
        """Apply some or all of what is captured, with or without an accident."""
        kind = self.chance.random()
        batch = self.chance.choice((1, 2, 3, 5, 2000))
        if kind < 0.25:
            self._some_transactions(batch)
        elif kind < 0.4:
            self._cut_off(batch)
        else:
            self.world.check_identity(self.world.follow(self.job, batch=batch))

    def _some_transactions(self, batch: int) -> None:
        """Stopped after a few of them, as by SIGTERM."""
        stop = threading.Event()
        left = self.chance.randint(1, 4)

        def count(event: object) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                stop.set()

        with Follower(self._cut(batch), count, now=lambda: self.world.now) as follower:
            self.world.check_identity(follower.run(stop, "stopped"))

    def _cut_off(self, batch: int) -> None:
        """Its session ends in the middle of a transaction or between two; it goes on by itself."""
        left = self.chance.randint(1, 6)

        def cut(event: object) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                with psycopg.connect(self.world.url, autocommit=True) as connection:
                    connection.execute(
                        "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                        " where application_name = 'migrate follow' and datname ="
                        " current_database()"
                    )

        self.world.silence()
        with Follower(self._cut(batch), cut, now=lambda: self.world.now) as follower:
            self.world.check_identity(follower.run(threading.Event(), "caught-up"))

    def _cut(self, batch: int) -> Job:
        settings = dataclasses.replace(self.job.follow, batch_changes=batch)
        return dataclasses.replace(self.job, follow=settings)

    def _settle(self, other_url: str) -> None:
        """Apply the rest, judge, and compare."""
        result = self.world.follow(self.job)
        self.world.check_identity(result)
        assert result.pending == result.waiting
        finalise(self.job)
        fresh = fresh_copy(self.world, self.job, other_url)
        assert content(self.world, self.job) == content(fresh, self.job)
        self.world.check_identity(dataclasses.replace(self._result(), waiting=0))

    def _result(self) -> FollowResult:
        """The account after the judgement: nothing waits."""
        assert self.world.waiting() == []
        row = self.world.rows(
            "select coalesce(sum(s.captured - a.before), 0)::int, coalesce(sum(applied), 0)::int,"
            " coalesce(sum(superseded), 0)::int, coalesce(sum(rejected), 0)::int"
            " from migrate.applied a join migrate.shards s using (shard)"
        )[0]
        return FollowResult(
            "", row[0], row[1], row[2], row[3], deleted=0, waiting=0, pending=0,
            lag_seconds_max=0.0, drained=False,
        )  # fmt: skip
