"""Random histories of a captured table, with faults, splits, long stops and kills.

`run_case(postgres_url, seed)` plays one, and compares what was captured with what really was.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from random import Random
from typing import Any
from unittest.mock import patch

import psycopg

from migrate.errors import MigrateError
from migrate.pipeline.capture import Capture
from migrate.pipeline.session import Session
from tests.pipeline.captured_world import HOUR, CapturedWorld, captured_world
from tests.small_world import PERSON, person, table_name

_TABLE = table_name("Person")
_STEPS = 10
_CAPTURE = "migrate.pipeline.capture"


class Killed(BaseException):
    """The process is gone, as by kill -9: nothing of it is committed from here on."""


class _Killer:
    """Kills the capture at one of the points where its state changes."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.left: int | None = None

    def arm(self, process: Capture) -> None:
        session: Session = process._session
        before = session.once

        def once(action: Callable[..., Any]) -> Any:
            point = self._random.choice(("before", "inside", "after"))
            if point == "before":
                self._step()

            def killed_inside(connection: Any) -> Any:
                result = action(connection)
                if point == "inside":
                    self._step()
                return result

            result = before(killed_inside)
            if point == "after":
                self._step()
            return result

        session.once = once  # type: ignore[method-assign]

    def _step(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left <= 0:
                self.left = None
                raise Killed


class History:
    """One case."""

    def __init__(self, world: CapturedWorld, seed: int) -> None:
        self.world = world
        self.random = Random(seed)
        self.killer = _Killer(self.random)
        self.job = world.job(PERSON)
        self.is_careful = self.random.random() < 0.6
        """Nobody touches the stream or stops the capture for a day: nothing may be lost."""
        self._is_off = False

    def play(self) -> None:
        self._turn_knobs()
        if self.random.random() < 0.5:  # a stream that had a life before it was captured
            for _ in range(self.random.randrange(6)):
                self._write()
                self._change_shards()
                self._pass_time(self.random.choice((1.0, HOUR, 9 * HOUR)))
        self._run(calm=True)
        for _ in range(_STEPS):
            self._step()
        if self._is_off:
            self._switch()
        self._settle()

    def _turn_knobs(self) -> None:
        knobs, random = self.world.fake.knobs, self.random
        knobs.shards_page_max = random.choice((1, 2, 100))
        knobs.records_page_max = random.choice((1, 3, 1000))
        knobs.child_shards_filter = random.choice(("served", "refused", "ignored"))
        knobs.unlisted_calls = random.choice((0, 0, 1, 3))
        knobs.open_parent_calls = random.choice((0, 2))
        knobs.ending_beyond_last = random.random() < 0.5
        knobs.end_comes_alone = random.random() < 0.5
        knobs.vanishes_with_last_record = random.random() < 0.5
        knobs.serves_after_last_trimmed = random.random() < 0.5
        knobs.trims_late = random.random() < 0.3

    def _step(self) -> None:
        chance = self.random.random()
        for _ in range(self.random.randrange(5)):
            self._write()
        if chance < 0.35 and not self._is_off:
            self._change_shards()
        elif chance < 0.45:
            self._disturb()
        elif chance < 0.5 and not self.is_careful:
            self._switch()
        if self.random.random() < 0.25:
            self._stop_for_long()
        else:
            self._run()

    def _write(self) -> None:
        number = self.random.randrange(6)
        kind = self.random.random()
        if kind < 0.7:
            self.world.put("Person", person(number, age=self.random.randrange(3)))
        elif kind < 0.85:
            self.world.delete("Person", number)
        else:
            self.world.expire("Person", number)
        if self.random.random() < 0.5:
            self._pass_time(self.random.choice((0.1, 2.0, 400.0)))

    def _change_shards(self) -> None:
        fake = self.world.fake
        shards = [one.shard_id for one in fake.shards(_TABLE) if one.is_open]
        shard = self.random.choice(shards)
        if self.random.random() < 0.6:
            fake.split(_TABLE, shard)
        else:
            fake.roll(_TABLE, shard)

    def _disturb(self) -> None:
        faults, random = self.world.fake.faults, self.random
        operation = random.choice(("GetRecords", "GetShardIterator", "DescribeStream", "*"))
        kind = random.choice((faults.throttle, faults.fail, faults.cut, faults.lose))
        kind(operation, random.randrange(1, 4))
        if not self._is_off:
            self.world.fake.empty_pages(_TABLE, random.randrange(4))

    def _switch(self) -> None:
        """Somebody else switches the stream off, on, or both."""
        if self._is_off:
            self.world.switch("Person", "NEW_AND_OLD_IMAGES")
            self._is_off = False
        elif self.random.random() < 0.5:
            self.world.remember()
            self.world.fake.recreate_stream(_TABLE)
        else:
            self.world.switch("Person", None)
            self._is_off = True

    def _stop_for_long(self) -> None:
        if self.is_careful:
            self._run_to_silence()
        hours = self.random.choice((0.3, 5, 22) if self.is_careful else (0.3, 5, 23.5, 25, 60))
        self._pass_time(hours * HOUR)
        if self.random.random() < 0.5:
            self.world.fake.trim()

    def _pass_time(self, seconds: float) -> None:
        """Listings may be late by minutes, not by hours."""
        if seconds >= 100:
            for stream in self.world.fake.streams.values():
                for shard in stream.shards.values():
                    shard.unlisted_calls = 0
        self.world.advance(seconds)

    def _run(self, *, calm: bool = False) -> None:
        """A process that lives for a while, or is killed."""
        stop = threading.Event()
        turns = self.random.randrange(1, 12)
        if not calm and self.random.random() < 0.5:
            self.killer.left = self.random.randrange(1, 6)
        with self.world.capture(self.job) as process:
            wait = process._wait
            assert wait is not None

            def counted(seconds: float) -> bool:
                nonlocal turns
                turns -= 1
                if turns > 0 and self.random.random() < 0.3:
                    self._write()
                return wait(seconds) or turns <= 0

            process._wait = counted
            self.killer.arm(process)
            try:
                process.pin()
                process.run(stop, "stopped")
            except Killed:
                pass
            except MigrateError:
                assert self.world.fake.faults.pending() or not calm
        self.killer.left = None

    def _run_to_silence(self) -> None:
        """Longer than the silence that proves that nothing was left unread."""
        self.world.fake.faults._queues.clear()
        quiet = dataclasses.replace(self.job.follow, quiet_seconds=400.0, idle_seconds=60.0)
        job = dataclasses.replace(self.job, follow=quiet)
        with patch(f"{_CAPTURE}._REST_SECONDS_MAX", 30.0), self.world.capture(job) as process:
            process.pin()
            process.run(threading.Event(), "quiet")

    def _settle(self) -> None:
        """A process without disturbance, to silence."""
        self._run_to_silence()
        self.world.check(["Person"])
        generations = self.world.generations()
        assert generations[-1].state == "open"
        lost = [one for one in generations if one.state == "lost"]
        assert not (self.is_careful and lost), [one.problem for one in lost]
        for one in lost:
            assert any(one.problem in note for note in self.world.notes), "a silent gap"


def run_case(postgres_url: str, seed: int) -> History:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("drop schema if exists migrate cascade")
    with captured_world(postgres_url, seed) as world:
        history = History(world, seed)
        history.play()
        return history
