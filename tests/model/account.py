"""The account of captured changes: captured = applied + superseded + rejected + pending."""

from __future__ import annotations

from collections.abc import Iterable

from tests.model.rules import Rules
from tests.model.state import Copies, Copy, State
from tests.model.step import Counts

_NOTHING = Counts()


def pending(state: State) -> int:
    """Changes that were captured and have come to no end: not taken yet, or their keys wait."""
    return sum(map(len, state.landed)) + sum(map(_waits, state.copies))


def settled(copy: Copy | None) -> Counts:
    """What became of the change that left this of its key. It stays counted so."""
    if copy is None or copy.status == "rows":
        return Counts(applied=1)
    return _NOTHING if _waits(copy) else Counts(rejected=1)


def replaced(copy: Copy | None, rules: Rules) -> Counts:
    """A newer image takes the place of what there was of a key."""
    return Counts(superseded=1) if _waits(copy) and rules.waiting_is_counted else _NOTHING


def moved(before: Copies, after: Copies) -> Counts:
    """Keys that waited do so no more."""
    pairs = zip(before, after, strict=True)
    return total(settled(now) for then, now in pairs if _waits(then) and not _waits(now))


def total(counts: Iterable[Counts]) -> Counts:
    """The sum, field by field."""
    return Counts(*map(sum, zip(_NOTHING, *counts, strict=True)))


def is_kept(before: State, after: State, counts: Counts) -> bool:
    """Whether a step keeps the account; it is zero on both sides at the start."""
    done = counts.applied + counts.superseded + counts.rejected
    return counts.captured == done + pending(after) - pending(before)


def _waits(copy: Copy | None) -> bool:
    return copy is not None and copy.status == "waiting"
