"""What was found in one model's table so far: mergeable, whatever the parts and their order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from migrate.item.profile import ItemProfile
from migrate.pipeline.inspect_composites import Composites
from migrate.pipeline.inspect_refusals import Examiner, Place, Refusals


@dataclass(slots=True)
class Tally:
    """`outcomes` are those of a load: loaded, tombstones, filtered, rejected."""

    items: int = 0
    bytes: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    profile: ItemProfile = field(default_factory=ItemProfile)
    refusals: Refusals = field(default_factory=Refusals)
    composites: Composites = field(default_factory=Composites)

    def add(self, examiner: Examiner, items: list[Any], body_bytes: int) -> None:
        """One page."""
        self.items += len(items)
        self.bytes += body_bytes
        readable = [item for item in items if isinstance(item, dict)]
        for _ in range(len(items) - len(readable)):
            self.outcomes["rejected"] += 1
            self.refusals.add(Place("unparsable", "", "", ""), "{}", rejects=True)
        self.profile.add(readable)
        names = [name for name in self.profile.attributes.by_name if "#" in name]
        self.composites.add(examiner.mapping, names, readable)
        self.outcomes.update([examiner.examine(item, self.refusals) for item in readable])

    def merge(self, other: Tally) -> None:
        """Take `other` in; it must not be used afterwards."""
        self.items += other.items
        self.bytes += other.bytes
        self.outcomes.update(other.outcomes)
        self.profile.merge(other.profile)
        self.refusals.merge(other.refusals)
        self.composites.merge(other.composites)
