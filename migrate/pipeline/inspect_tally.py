"""What was found in one model's table so far: mergeable, whatever the parts and their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from migrate.item.decode import decoded
from migrate.item.profile import ItemProfile
from migrate.pipeline.inspect_composites import Composites
from migrate.pipeline.inspect_refusals import Examiner, Refusals

Raws = Sequence[bytes]


@dataclass(slots=True)
class Tally:
    """`outcomes` are those of a load: loaded, tombstones, filtered, rejected."""

    items: int = 0
    bytes: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    profile: ItemProfile = field(default_factory=ItemProfile)
    refusals: Refusals = field(default_factory=Refusals)
    composites: Composites = field(default_factory=Composites)

    def add(self, examiner: Examiner, raws: Raws, body_bytes: int) -> None:
        """One page of undecoded items."""
        self.items += len(raws)
        self.bytes += body_bytes
        self.outcomes.update(examiner.examine(raws, self.refusals))
        self.profile.add_raw(raws)
        names = [name for name in self.profile.attributes.by_name if "#" in name]
        if names:
            readable = [item for raw in raws if isinstance(item := decoded(raw), dict)]
            self.composites.add(examiner.mapping, names, readable)

    def merge(self, other: Tally) -> None:
        """Take `other` in; it must not be used afterwards."""
        self.items += other.items
        self.bytes += other.bytes
        self.outcomes.update(other.outcomes)
        self.profile.merge(other.profile)
        self.refusals.merge(other.refusals)
        self.composites.merge(other.composites)
