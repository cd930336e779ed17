"""Whether a run's copy of each model can follow its stream, and how far it does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from migrate.errors import AskOperatorError
from migrate.ledger import applied, streams
from migrate.ledger.applied import Applied
from migrate.ledger.runs import Run
from migrate.ledger.streams import Generation, Shard
from migrate.source.export import Chain
from migrate.target.connection import Connection

EXPORT_EDGE = timedelta(minutes=5)
"""What an export holds of changes made within this time of its own time is undefined."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One model's copy. `chain`: the newest generations, without a gap between them; `shards` are
    theirs, in the order in which they apply. `problem`: why the table must be copied again, or "".
    """

    model: str
    chain: Sequence[Generation]
    shards: Sequence[Shard]
    applied: dict[int, Applied]
    waiting: int
    problem: str

    def of_shard(self, shard: Shard) -> Applied:
        return self.applied.get(shard.shard, Applied(shard.shard, before=shard.pruned))

    @property
    def captured(self) -> int:
        """Changes captured and not pruned before the run."""
        return sum(one.captured - self.of_shard(one).before for one in self.shards)

    @property
    def settled(self) -> int:
        return sum(self.of_shard(one).settled for one in self.shards)

    @property
    def pending(self) -> int:
        """Captured changes that are not settled; those that wait are among them."""
        return self.captured - self.settled

    @property
    def unapplied(self) -> int:
        """Captured changes that were not looked at yet."""
        return self.pending - self.waiting

    @property
    def is_drained(self) -> bool:
        """A frozen stream was read to its end, nothing came after it, and all of it is applied."""
        ended = [one.number for one in self.chain if one.state == "ended"]
        after = [one for one in self.shards if ended and one.generation > ended[-1]]
        return bool(ended) and not self.unapplied and not any(one.captured for one in after)


def copies_of(connection: Connection, run: Run | None, models: Iterable[str]) -> list[Copy]:
    """The captured models among `models`. Without a run nothing is applied yet."""
    wanted = set(models)
    held = applied.of_run(connection, run.run_id) if run else {}
    waiting = applied.waiting_counts(connection, run.run_id) if run else {}
    shards_of: dict[str, list[Shard]] = {}
    for shard in streams.shards(connection):  # all in one question: it is asked again and again
        shards_of.setdefault(shard.model, []).append(shard)
    found: list[Copy] = []
    for model, generations in _by_model(connection).items():
        if model not in wanted:
            continue
        chain = chain_of(generations)
        numbers = {one.number for one in chain}
        shards = [one for one in shards_of.get(model, ()) if one.generation in numbers]
        problem = problem_of(run, model, chain, generations)
        found.append(Copy(model, chain, shards, held, waiting.get(model, 0), problem))
    return found


def chain_of(generations: Sequence[Generation]) -> list[Generation]:
    """The newest of a model's generations that follow on each other without a gap."""
    chain: list[Generation] = []
    for one in generations:
        chain.append(one)
        if one.state == "lost":
            chain = [] if one is not generations[-1] else [one]
    return chain


def chain_starts(connection: Connection) -> dict[str, int]:
    """By captured model, the first generation of its chain."""
    return {model: chain_of(held)[0].number for model, held in _by_model(connection).items()}


def _by_model(connection: Connection) -> dict[str, list[Generation]]:
    found: dict[str, list[Generation]] = {}
    for one in streams.generations(connection):
        found.setdefault(one.model, []).append(one)
    return found


def problem_of(
    run: Run | None, model: str, chain: Sequence[Generation], generations: Sequence[Generation]
) -> str:
    if chain[-1].state == "lost":
        return chain[-1].problem
    if run is None or _is_base_good(run, model, chain[0]):
        return ""
    gap = next((one.problem for one in reversed(generations) if one.state == "lost"), "")
    return gap or "the load began before capture did"


def _is_base_good(run: Run, model: str, first: Generation) -> bool:
    """Whether every change that the base may lack is captured."""
    if run.source is None:
        return run.started_at >= first.pinned_at
    return base_shows(run, model) - EXPORT_EDGE >= first.covers_from


def base_shows(run: Run, model: str) -> datetime:
    """The instant that a run's exports show."""
    assert run.source is not None
    return Chain.from_json(run.source[model]).shows


def eligible(copy: Copy) -> list[Shard]:
    """The shards whose changes may be applied now: all those before them are applied to their end.
    An empty shard is at its end from the beginning, and those before it may not be."""
    ready: list[Shard] = []
    known = {(one.generation, one.shard_id) for one in copy.shards}
    passed: set[tuple[int, str]] = set()
    for one in copy.shards:  # parents before children
        if ready and ready[0].generation != one.generation:
            break
        parent = (one.generation, one.parent_id or "")
        if parent in known and parent not in passed:
            continue
        if is_done(copy, one):
            passed.add((one.generation, one.shard_id))
        else:
            ready.append(one)
    return ready


def is_done(copy: Copy, shard: Shard) -> bool:
    """Whether a shard is over, and applied to its end. One of a mended gap may never be closed."""
    over = {one.number for one in copy.chain if one.state in ("ended", "mended")}
    is_over = shard.state == "closed" or shard.generation in over
    return is_over and copy.of_shard(shard).position == shard.position


def copy_again(model: str, problem: str) -> AskOperatorError:
    """What every command says that needs the model's copy to be good."""
    return AskOperatorError(
        f"{model} must be copied again: {problem}",
        "`migrate load --again`, or `migrate mend` with exports of the time missed",
    )
