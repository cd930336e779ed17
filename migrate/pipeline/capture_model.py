"""One table as capture watches it: the generations that are read, their shards, its looks."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from migrate.ledger import streams
from migrate.ledger.streams import Generation, Shard
from migrate.mapping.spec import Mapping
from migrate.pipeline.capture_gaps import leaves
from migrate.pipeline.capture_look import Look, Taken
from migrate.pipeline.capture_shard import LiveShard
from migrate.source.streams import ShardReader
from migrate.target.connection import Connection

LOOK_SECONDS = 60.0
_AGAIN_SECONDS_FIRST = 0.25
CALM_LOOKS = 3
"""So many looks in a row that find nothing new prove that a closed stream has no further shard:
a new one may be listed late."""

ReaderOf = Callable[[Generation, Shard], ShardReader]


@dataclass(eq=False, slots=True)
class WatchedTable:
    """`live`: the shards that are read or wait for their parent, by their number in the ledger.

    `settled`: lost generations of which nothing more is read. `promised`: shards that ended while
    their stream was on, so that they must have children. `orphans`: shards that are held back until
    their parent is listed, and since when. `calm`: by generation, the looks in a row that found
    nothing new behind its last shard's end. `looks`: since the begin of a run; `version` counts
    shards that ended."""

    mapping: Mapping
    table: str
    generations: list[Generation] = field(default_factory=list)
    shards: dict[int, dict[str, Shard]] = field(default_factory=dict)
    live: dict[int, LiveShard] = field(default_factory=dict)
    settled: set[int] = field(default_factory=set)
    promised: set[tuple[int, str]] = field(default_factory=set)
    orphans: dict[tuple[int, str], datetime] = field(default_factory=dict)
    calm: dict[int, int] = field(default_factory=dict)
    look_due: datetime | None = None
    is_looking: bool = False
    looks: int = 0
    looks_in_vain: int = 0
    version: int = 0
    failing_since: datetime | None = None
    error: Exception | None = None
    refusal: tuple[str, str] | None = None
    seen: Look | None = None

    @property
    def model(self) -> str:
        return self.mapping.model

    @property
    def newest(self) -> Generation | None:
        return self.generations[-1] if self.generations else None

    @property
    def is_to_be_pinned(self) -> bool:
        """Whether the next look will pin the table's stream, as far as is known."""
        newest = self.newest
        return self.refusal is None and (newest is None or newest.state == "lost")

    def generation(self, number: int) -> Generation:
        return next(one for one in self.generations if one.number == number)

    def begin(self) -> None:
        """From now on silence counts; everything is looked at anew."""
        self.looks, self.look_due = 0, None
        for live in self.live.values():
            live.quiet_since = None

    def reading(self) -> list[Generation]:
        """The generations whose shards are read: what stands, and what is left of one that
        somebody else ended, which DynamoDB keeps for a day."""
        return [one for one in self.generations if one.state in {"open", "closing"}] + [
            one for one in self.generations if self._is_left_over(one)
        ]

    def _is_left_over(self, one: Generation) -> bool:
        """One gap back at most; a gap inside a stream leaves nothing that could be of use."""
        lost = [other for other in self.generations if other.state == "lost"]
        later = {other.arn for other in self.generations if other.number > one.number}
        current = self.seen.stream.arn if self.seen and self.seen.stream else ""
        is_current = one.arn == current and bool(
            self.seen and self.seen.stream and self.seen.stream.is_enabled
        )
        return (
            bool(lost)
            and one is lost[-1]
            and one.kind == "stream"
            and one.number not in self.settled
            and one.arn not in later
            and not is_current
        )

    def load(self, connection: Connection, reader_of: ReaderOf, now: datetime) -> None:
        """Bring everything up to the ledger; a shard that stands as it was keeps its reader."""
        self.generations = streams.generations(connection, self.model)
        self.shards = {}
        live: dict[int, LiveShard] = {}
        for generation in self.reading():
            known = streams.shards(connection, self.model, generation.number)
            self.shards[generation.number] = {one.shard_id: one for one in known}
            for shard in known:
                if shard.state == "open":
                    live[shard.shard] = self._live(generation, shard, reader_of, now)
        self.live = live

    def _live(
        self, generation: Generation, shard: Shard, reader_of: ReaderOf, now: datetime
    ) -> LiveShard:
        held = self.live.get(shard.shard)
        if held is not None and held.known.position == shard.position:
            if held.unwritten is None:
                held.known = shard
            return held
        return LiveShard(shard, reader_of(generation, shard), self.mapping, now)

    def unfinished(self) -> list[Shard]:
        """What is to be read of the generations that stand; a shard whose children are not listed
        stands for them."""
        numbers = {one.number for one in self.generations if one.state in {"open", "closing"}}
        found = [
            live.known for live in self.live.values() if live.known.generation in numbers
        ]  # fmt: skip
        for number, shard_id in self.promised:
            one = self.shards.get(number, {}).get(shard_id)
            if one is not None and number in numbers:
                found.append(dataclasses.replace(one, state="open"))
        return found

    def forget_readers(self) -> None:
        """Answers under way are not wanted any more: the ledger's positions decide."""
        self.live = {}

    def readable(self) -> Iterator[LiveShard]:
        """Live shards whose parent was read to its end, or is not known: older than the pin."""
        for live in self.live.values():
            if self._parent_has_ended(live.known):
                yield live

    def _parent_has_ended(self, shard: Shard) -> bool:
        if shard.parent_id is None:
            return True
        parent = self.shards.get(shard.generation, {}).get(shard.parent_id)
        if parent is None:
            return True
        held = self.live.get(parent.shard)
        return (held.known if held else parent).state == "closed"

    def ended(self, live: LiveShard) -> None:
        """A shard was read to its end: its children come next, which may be known or not."""
        del self.live[live.known.shard]
        self.shards[live.known.generation][live.known.shard_id] = live.known
        self.version += 1
        self.calm[live.known.generation] = 0
        self.looks_in_vain = 0

    def looked(self, seen: Look, taken: Taken, version: int, now: datetime) -> None:
        """Learn from a look that was taken into the ledger; choose when to look again."""
        self.is_looking, self.seen = False, seen
        self.looks += 1
        self.failing_since, self.error, self.refusal = None, None, taken.refusal
        self.orphans = {one: self.orphans.get(one, now) for one in taken.orphans}
        self.promised = self._promises(seen)
        is_calm = not taken.added and not taken.orphans and version == self.version
        for generation in self.reading():
            count = self.calm.get(generation.number, 0)
            self.calm[generation.number] = count + 1 if is_calm else 0
        self.looks_in_vain = self.looks_in_vain + 1 if self._misses_something() else 0
        self.look_due = now + timedelta(seconds=self._seconds_to_next_look())

    def _promises(self, seen: Look) -> set[tuple[int, str]]:
        """Shards that ended in a stream that is on: it has others in their place. A stream that
        this tool closes has none, but those promised before must still come."""
        found = set()
        for generation in self.reading():
            listing = seen.listings.get(generation.arn)
            is_on = generation.state == "open" and listing is not None and listing.is_enabled
            for one in leaves(self.shards.get(generation.number, {}).values()):
                place = (generation.number, one.shard_id)
                if is_on or place in self.promised:
                    found.add(place)
        return found

    def _misses_something(self) -> bool:
        is_ending = any(
            self._is_read(one) and not self.is_at_end(one)
            for one in self.reading()
            if one.state != "open"
        )
        return bool(self.promised or self.orphans) or is_ending

    def _seconds_to_next_look(self) -> float:
        if self.is_to_be_pinned:
            return _AGAIN_SECONDS_FIRST
        if not self.looks_in_vain:
            return LOOK_SECONDS
        exponent = min(self.looks_in_vain - 1, 10)
        return min(LOOK_SECONDS, _AGAIN_SECONDS_FIRST * float(2**exponent))

    def _is_read(self, generation: Generation) -> bool:
        return all(one.known.generation != generation.number for one in self.live.values())

    def is_at_end(self, generation: Generation) -> bool:
        """Whether a stream that was switched off was read to its end, and has no further shard."""
        listing = self.seen.listings.get(generation.arn) if self.seen else None
        is_on = listing is not None and listing.is_enabled
        is_promised = any(number == generation.number for number, _ in self.promised)
        has_orphans = any(number == generation.number for number, _ in self.orphans)
        held_back = is_promised or has_orphans or is_on
        is_calm = self.calm.get(generation.number, 0) >= CALM_LOOKS
        return self._is_read(generation) and is_calm and not held_back
