"""The tools of a whole copy, each run as a process of its own that lives for a while or meets an
accident: capture, load, follow, drain, finalise."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import psycopg

from migrate.errors import AskOperatorError, DefectError, MigrateError
from migrate.ledger import runs
from migrate.pipeline.capture import Capture
from migrate.pipeline.copies import Copy, copies_of
from migrate.pipeline.drain import drain
from migrate.pipeline.finalise import finalise
from migrate.pipeline.follow import Follower, FollowResult
from migrate.pipeline.job import Job
from migrate.pipeline.load import load
from tests.fakes.dynamodb import FakeClock
from tests.follow.accidents import Killed, accident
from tests.follow.random_items import KEEP_FIRST, TWO_TABLES
from tests.follow.random_source import RandomSource
from tests.pipeline.captured_world import CapturedWorld
from tests.small_world import VISIT

_CAPTURE = "migrate.pipeline.capture"
_ATTEMPTS_MAX = 6
_WAITS_MAX = 1_000


class ClockEvent(threading.Event):
    """Waiting for it turns the clock."""

    def __init__(self, advance: Callable[[float], object]) -> None:
        super().__init__()
        self._advance = advance
        self._left = _WAITS_MAX

    def wait(self, timeout: float | None = None) -> bool:
        self._left -= 1
        assert self._left > 0, "it waits for something that never comes"
        self._advance(timeout or 0.0)
        return self.is_set()


class Tools:
    """What an operator starts. `story`: what happened, shortly; `accidents`: how many did."""

    def __init__(self, world: CapturedWorld, source: RandomSource, chance: random.Random) -> None:
        self.world = world
        self.source = source
        self.chance = chance
        self.story: list[str] = []
        self.accidents = 0
        self.problems: list[BaseException] = []
        mapping = chance.choice((TWO_TABLES, KEEP_FIRST))
        self.job = world.job(
            mapping, VISIT, segments=chance.choice((1, 2)), unit_bytes_max=chance.choice((1, 4000))
        )
        self._is_nested = False

    def tell(self, text: str) -> None:
        self.story.append(f"{self.world.clock.now():%d %H:%M} {text}")

    # The tools

    def capture(self, *, is_calm: bool = False) -> None:
        """A process that lives for some turns, or ends earlier."""
        turns = self.chance.randrange(1, 12)

        def run() -> None:
            with self._captures() as process:
                process._wait = functools.partial(self._turn, [turns])
                process.pin()
                process.run(threading.Event(), "stopped")

        self._attempt("capture", run, is_calm=is_calm)

    def _turn(self, left: list[int], seconds: float) -> bool:
        """The clock goes on; now and then so far that iterators expire."""
        left[0] -= 1
        if left[0] > 0 and self.chance.random() < 0.3:
            self.source.write()
        if self.chance.random() < 0.03:
            seconds = 16 * 60.0
        self.source.pass_time(seconds)
        return left[0] <= 0

    def capture_to_silence(self) -> None:
        """Undisturbed, and longer than the silence that proves that nothing is left unread."""
        self.calm()
        quiet = dataclasses.replace(self.job.follow, quiet_seconds=400.0, idle_seconds=60.0)
        job = dataclasses.replace(self.job, follow=quiet)
        began = self.world.clock.now()
        with patch(f"{_CAPTURE}._REST_SECONDS_MAX", 30.0), self._captures(job) as process:
            process._wait = ClockEvent(self.source.pass_time).wait
            process.pin()
            process.run(threading.Event(), "quiet")
        self.source.proven_at = began
        self.tell("capture to silence")

    @contextmanager
    def _captures(self, job: Job | None = None) -> Iterator[Capture]:
        with self.world.capture(job or self.job) as process:
            yield process

    def load(self, *, again: bool = False) -> None:
        """With accidents, and gone on with until it is complete."""
        with patch.object(self.world.fake, "before_operation", self._beside_load):
            for _ in range(_ATTEMPTS_MAX):
                is_done = self._attempt("load", functools.partial(load, self.job, again=again))
                again = again and not (is_done or self._is_begun())
                if is_done:
                    break
        self.calm()
        load(self.job, again=again)
        self._repeat("finalise", lambda: finalise(self.job, foreign_keys=False))
        self.tell("loaded")

    def _is_begun(self) -> bool:
        """Whether the newest run is one that a load goes on with."""
        with psycopg.connect(self.world.url) as connection:
            latest = runs.latest(connection)
            return latest is not None and latest.state == "loading"

    def _beside_load(self, operation: str, request: dict[str, Any]) -> None:
        """While a page is read: the source changes, and capture goes on."""
        if self._is_nested or operation != "Scan":
            return
        with self._nested():
            if self.chance.random() < 0.4:
                self.source.write()
            if self.chance.random() < 0.15:
                self.capture(is_calm=True)

    @contextmanager
    def _nested(self) -> Iterator[None]:
        """In a thread of the fake: what goes wrong there is raised later."""
        self._is_nested = True
        try:
            yield
        except BaseException as error:  # noqa: BLE001
            self.problems.append(error)
        finally:
            self._is_nested = False

    def follow(self) -> None:
        """Some transactions, or all that is captured; the source goes on meanwhile."""
        batch = self.chance.choice((1, 2, 3, 5, 2000))
        job = dataclasses.replace(
            self.job, follow=dataclasses.replace(self.job.follow, batch_changes=batch)
        )
        stop, left = threading.Event(), self.chance.choice((2, 5, 1000))

        def observe(event: object) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                stop.set()
            elif self.chance.random() < 0.1:
                self.source.write()

        def run() -> None:
            with Follower(
                job, observe, now=self.world.clock.now, wait=lambda _: stop.set()
            ) as follower:
                self._check_identity(follower.run(stop, "stopped"))

        self._attempt("follow", run)

    def follow_to_end(self) -> FollowResult:
        """Until everything is applied that was changed before now, while capture runs beside."""

        def wait(seconds: float) -> None:
            self.capture_to_silence()

        with Follower(self.job, now=self.world.clock.now, wait=wait) as follower:
            result = follower.run(threading.Event(), "caught-up")
        self._check_identity(result)
        assert result.pending == result.waiting, result
        return result

    def drain(self) -> None:
        """Of a frozen source: with accidents, and repeated until it is done. Raises
        AskOperatorError where a copy is invalid."""

        def run() -> None:
            stop = ClockEvent(self.source.pass_time)
            calm = functools.partial(Capture, requests=0)
            with patch("migrate.pipeline.drain.Capture", calm):
                result = drain(self.job, now=self.world.clock.now, stop=stop)
            assert result.drained, result
            self._check_identity(result)

        self.calm()
        self._repeat("drain", run)
        self.tell("drained")

    def finalise(self) -> None:
        self._repeat("finalise", lambda: finalise(self.job))

    # Accidents

    def calm(self) -> None:
        """No fault is left over."""
        self.world.fake.faults._queues.clear()

    def _repeat(self, tool: str, run: Callable[[], object]) -> None:
        """Often stopped, and at last left alone."""
        for _ in range(self.chance.choice((0, 0, 1, 2))):
            if self._attempt(tool, run):
                break
        else:
            run()

    def _attempt(self, tool: str, run: Callable[[], object], *, is_calm: bool = False) -> bool:
        """Whether it came to its end: an accident may stop it, and so may faults."""
        with ExitStack() as exits:
            happened: list[str] = []
            if not is_calm and self.chance.random() < 0.5:
                happened = exits.enter_context(accident(tool, self.chance, self.world.url))
            try:
                run()
            except Killed:
                self.tell(f"{tool}: {happened[-1] if happened else 'killed beside'}")
                self.accidents += 1
                return False
            except AskOperatorError as error:
                self.tell(f"{tool}: {error}")
                self._refused(error)
                return False
            except DefectError:
                raise
            except MigrateError as error:
                self.tell(f"{tool}: {error}")
                return False
            self.accidents += len(happened)
            self.tell(f"{tool}: {happened[-1] if happened else 'done'}")
            return True

    def _refused(self, error: AskOperatorError) -> None:
        """Only a copy that is invalid is refused: never what an accident left behind."""
        if not any(word in str(error) for word in ("copied again", "can be followed", "stream of")):
            raise error

    # What the ledger says

    def copies(self) -> list[Copy]:
        with psycopg.connect(self.world.url) as connection:
            return copies_of(connection, runs.latest(connection), self.job.source_tables)

    def copy_again(self) -> dict[str, str]:
        return {one.model: one.problem for one in self.copies() if one.problem}

    def _check_identity(self, result: FollowResult) -> None:
        settled = result.applied + result.superseded + result.rejected
        assert result.captured == settled + result.pending, result

    def check_accounts(self) -> None:
        """Of a copy that is finalised: every captured change is settled."""
        for copy in self.copies():
            assert copy.waiting == 0, copy.model
            assert copy.pending == 0, (copy.model, copy.captured, copy.settled)


@contextmanager
def fast_waits(clock: FakeClock) -> Iterator[None]:
    """botocore waits by the fake's clock, and lost sessions come back at once."""
    waits = SimpleNamespace(sleep=lambda seconds: clock.advance(min(seconds, 1.0)))
    with contextlib.ExitStack() as exits:
        exits.enter_context(patch("botocore.endpoint.time", waits))
        exits.enter_context(patch("migrate.pipeline.patience._PAUSE_SECONDS_FIRST", 0.01))
        exits.enter_context(patch("migrate.ledger.locks.LOCK_SECONDS", 0.01))
        yield
