"""Random histories of a whole copy: capture, load, follow and drain while the source, DynamoDB and
strangers do what they do, with faults and kills. In the end the copy equals a fresh load of the
source, or it said `copy again`, had a cause to say so, and equals one when it is copied again."""

from __future__ import annotations

import random

import pytest

from migrate.errors import AskOperatorError
from tests import servers
from tests.fakes.dynamodb import FakeClock, FakeDynamoDB, serving
from tests.follow.followed_world import content, fresh_copy
from tests.follow.random_histories import inline_workers, server_of
from tests.follow.random_source import MODELS, RandomSource
from tests.follow.whole_world import Tools, fast_waits
from tests.pipeline.captured_world import HOUR, CapturedWorld

_STEPS_MAX = 7
_LATE = "the load began before capture did"


def run_case(seed: int, postgres_server_url: str = "") -> int:
    """One history, and how many changes it had. Raises AssertionError that names the seed and
    tells the history. Without a URL it runs a server of its own."""
    clock = FakeClock()
    fake = FakeDynamoDB(clock, seed=seed)
    with (
        server_of(postgres_server_url) as server_url,
        servers.database(server_url) as url,
        servers.database(server_url) as other_url,
        serving(fake) as endpoint,
        inline_workers(),
        fast_waits(clock),
    ):
        history = WholeHistory(seed, CapturedWorld(url, fake, endpoint))
        try:
            history.play(other_url)
        except BaseException as error:
            story = "\n  ".join(history.tools.story)
            raise AssertionError(f"seed {seed}: {error!r}\n  {story}") from error
        return history.source.changes


class WholeHistory:
    """One world and what its seed does to it."""

    def __init__(self, seed: int, world: CapturedWorld) -> None:
        self.chance = random.Random(seed)
        self.world = world
        self.source = RandomSource(world, self.chance)
        self.tools = Tools(world, self.source, self.chance)

    def play(self, other_url: str) -> None:
        self._begin()
        for _ in range(self.chance.randint(1, _STEPS_MAX)):
            self._step()
        self._settle(other_url)

    def _begin(self) -> None:
        """Tables with a life before, then capture, then the load; sometimes the wrong way round."""
        self.source.turn_knobs()
        for model in MODELS:
            self.world.make(model)
        for _ in range(self.chance.randint(0, 12)):
            self._write_or_split()
            if self.chance.random() < 0.1:
                self.source.pass_time(self.chance.choice((1.0, HOUR, 9 * HOUR)))
        if self.chance.random() < 0.06:
            self._begin_late()
            return
        self._pin()
        for _ in range(self.chance.randrange(3)):
            self._writes()
            self.tools.capture()
        self.tools.load()

    def _pin(self) -> None:
        self.tools.capture_to_silence()
        for causes in self.source.causes.values():
            causes.clear()

    def _begin_late(self) -> None:
        """The load before capture: following is refused by name, whatever happened meanwhile."""
        self.tools.load()
        self._writes()
        self._pin()
        with pytest.raises(AskOperatorError, match=_LATE):
            self.tools.follow_to_end()
        self.tools.load(again=True)

    def _step(self) -> None:
        source, tools, kind = self.source, self.tools, self.chance.random()
        if source.is_careful and source.needs_proof():
            tools.capture_to_silence()
        self._writes()
        if kind < 0.1:
            source.disturb()
        elif kind < 0.16 and not source.is_careful:
            tools.tell(source.interfere())
        elif kind < 0.28:
            if source.is_careful:
                tools.capture_to_silence()
            tools.tell(f"no capture for {source.stop_for_long()} h")
        elif kind < 0.33 and not source.off:
            self._drain()
        elif kind < 0.36:
            tools.load(again=True)
        for tool in self.chance.sample((tools.capture, tools.capture, tools.follow), 2):
            self._writes()
            tool()

    def _writes(self) -> None:
        for _ in range(self.chance.randrange(6)):
            self._write_or_split()

    def _write_or_split(self) -> None:
        if self.chance.random() < 0.1:
            self.source.change_shards()
        else:
            self.source.write()

    def _drain(self) -> bool:
        """Whether every copy is drained; else one must be made again."""
        try:
            self.tools.drain()
        except AskOperatorError as error:
            self.tools.tell(f"drain: {error}")
            self.tools.capture_to_silence()
            is_gap = bool(self.tools.copy_again())
            assert is_gap, "a drain refused a copy that is good"
            return False
        return True

    def _settle(self, other_url: str) -> None:
        """The source is frozen: bring the copy to its end, and compare."""
        for model in list(self.source.off):
            self.source.switch_on(model)
        is_drained = self.chance.random() < 0.5
        if not (is_drained and self._drain()):
            self.tools.capture_to_silence()
            self._copy_again_for_a_cause()
            self.tools.follow_to_end()
        self.world.check()
        self.tools.finalise()
        self.tools.check_accounts()
        fresh = fresh_copy(self.world, self.tools.job, other_url)
        expected, found = content(fresh, self.tools.job), content(self.world, self.tools.job)
        wrong = [name for name in expected if expected[name] != found[name]]
        assert not wrong, {name: (expected[name], found[name]) for name in wrong}
        if self.tools.problems:
            raise self.tools.problems[0]

    def _copy_again_for_a_cause(self) -> None:
        """What must be copied again had a cause; then it is copied again."""
        found = self.tools.copy_again()
        for model, problem in found.items():
            self.tools.tell(f"{model}: copy again: {problem}")
            assert self.source.causes[model], f"{model}: copy again without a cause: {problem}"
        if found:
            self.tools.load(again=True)
            self.tools.capture_to_silence()
        assert not self.tools.copy_again()
