"""A source that changes at random, and the time that passes: what an application, DynamoDB and
strangers do while a copy follows."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from tests.follow.random_items import KEYS, random_person, random_visit
from tests.pipeline.captured_world import HOUR, CapturedWorld
from tests.small_world import table_name

MODELS = ("Person", "Visit")
UNPROVEN = timedelta(hours=22, minutes=45)
"""Capture takes no change for captured that was made after its last proof: a captured change, or
five minutes of answers that all were empty. Of what is 23 hours old without such a proof it says
`copy again`, whether DynamoDB has dropped something or not. The 15 minutes less are the proof's
own five, those that a shard may be listed late, and what the clock moves meanwhile."""
_SWAPPED = ("code", "badge", "card")


class RandomSource:
    """Seeded changes of a world's source. `is_careful`: no stranger touches the streams, and
    capture always comes back within a day, so that nothing may be lost.

    `causes`: why a model may have to be copied again; `proven_at`: when capture last proved that
    nothing is left unread."""

    def __init__(self, world: CapturedWorld, chance: random.Random) -> None:
        self.world = world
        self.chance = chance
        self.is_careful = chance.random() < 0.6
        self.changes = 0
        self.off: set[str] = set()
        self.causes: dict[str, set[str]] = {model: set() for model in MODELS}
        self.proven_at = world.clock.now()

    def turn_knobs(self) -> None:
        knobs, chance = self.world.fake.knobs, self.chance
        knobs.initial_shards = chance.choice((1, 1, 2))
        knobs.small_numbers = chance.random() < 0.3
        knobs.shards_page_max = chance.choice((1, 2, 100))
        knobs.records_page_max = chance.choice((1, 3, 1000))
        knobs.child_shards_filter = chance.choice(("served", "refused", "ignored"))
        knobs.open_parent_calls = chance.choice((0, 2))
        knobs.ending_beyond_last = chance.random() < 0.5
        knobs.end_comes_alone = chance.random() < 0.5
        knobs.vanishes_with_last_record = chance.random() < 0.5
        # A parent that vanished before its children were listed at all: at a pin nobody can know
        # them for its children, and they are held back for 23 hours, to be a gap then.
        late = (0,) if knobs.vanishes_with_last_record else (0, 0, 1, 3)
        knobs.unlisted_calls = chance.choice(late)
        knobs.serves_after_last_trimmed = chance.random() < 0.5
        knobs.trims_late = chance.random() < 0.3
        knobs.scan_page_items = chance.choice((1, 2, 3))
        knobs.empty_scan_pages = chance.choice((0, 2))

    def write(self) -> None:
        """One change of an item, or two that swap unique values."""
        model = self.chance.choice(("Person", "Person", "Visit"))
        number = self.chance.randint(1, KEYS)
        kind = self.chance.random()
        if kind < 0.15:
            self.world.delete(model, number)
        elif kind < 0.22:
            self.world.expire(model, number)
        elif kind < 0.32:
            self._swap()
        else:
            make = random_person if model == "Person" else random_visit
            self.world.put(model, make(self.chance, number))
        self.changes += 1
        if self.chance.random() < 0.3:
            self.pass_time(self.chance.choice((0.1, 2.0, 60.0, 400.0)))

    def _swap(self) -> None:
        items = self.world.fake.items(table_name("Person"))
        if len(items) < 2:
            return
        one, other = self.chance.sample(items, 2)
        for name in _SWAPPED:
            mine, its = one.pop(name, None), other.pop(name, None)
            _set(one, name, its)
            _set(other, name, mine)
        self.world.put("Person", one, other)
        self.changes += 1

    def change_shards(self) -> None:
        model = self.chance.choice([one for one in MODELS if one not in self.off] or [""])
        if not model:
            return
        fake, table = self.world.fake, table_name(model)
        shard = self.chance.choice([one.shard_id for one in fake.shards(table) if one.is_open])
        (fake.split if self.chance.random() < 0.6 else fake.roll)(table, shard)

    def disturb(self) -> None:
        """Faults on the way, and pages without records."""
        faults, chance = self.world.fake.faults, self.chance
        operations = ("GetRecords", "GetShardIterator", "DescribeStream", "DescribeTable", "Scan")
        kind = chance.choice((faults.throttle, faults.fail, faults.cut, faults.lose))
        kind(chance.choice((*operations, "*")), chance.randint(1, 3))
        model = chance.choice(MODELS)
        if model not in self.off:
            self.world.fake.empty_pages(table_name(model), chance.randrange(4))

    def interfere(self) -> str:
        """A stranger switches a stream off, on, or both."""
        model = self.chance.choice(MODELS)
        self.causes[model].add("a stranger touched the stream")
        if model in self.off:
            self.switch_on(model)
            return f"stranger: {model} on"
        if self.chance.random() < 0.5:
            self.world.remember()
            self.world.fake.recreate_stream(table_name(model))
            return f"stranger: {model} off and on"
        self.world.switch(model, None)
        self.off.add(model)
        return f"stranger: {model} off"

    def switch_on(self, model: str) -> None:
        self.world.switch(model, "NEW_AND_OLD_IMAGES")
        self.off.discard(model)

    def stop_for_long(self) -> float:
        """Nobody captures for hours; how many."""
        hours = self.chance.choice(
            (0.3, 5, 20) if self.is_careful else (0.3, 5, 22.5, 23.5, 25, 60)
        )
        self.pass_time(hours * HOUR)
        if self.chance.random() < 0.5:
            self.world.fake.trim()
        return hours

    def pass_time(self, seconds: float) -> None:
        """Listings may be late by minutes, not by hours."""
        world = self.world
        if seconds >= 100:
            for stream in world.fake.streams.values():
                for shard in stream.shards.values():
                    shard.unlisted_calls = 0
        world.advance(seconds)
        if world.clock.now() - self.proven_at >= UNPROVEN:
            for causes in self.causes.values():
                causes.add("nothing proved for most of a day that all was read")

    def needs_proof(self) -> bool:
        """Whether a careful capture must go on to silence now."""
        return self.world.clock.now() - self.proven_at > timedelta(hours=18)


def _set(item: dict[str, Any], name: str, value: Any) -> None:
    if value is not None:
        item[name] = value
