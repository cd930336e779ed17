"""One step of the model, what it adds to the account, and how much the explorer may try."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from tests.model.state import Image, Items, Left, Level, State

ONE, TWO = Image("good", 1), Image("good", 2)
SOFT_DELETED, UNMAPPABLE = Image("soft-deleted"), Image("unmappable")
REMOVED = None


class Counts(NamedTuple):
    """What a step adds to the account of captured changes."""

    captured: int = 0
    applied: int = 0
    superseded: int = 0
    rejected: int = 0


class Step(NamedTuple):
    """`says`: one line for a trace."""

    says: str
    state: State
    counts: Counts = Counts()


@dataclass(frozen=True)
class Bounds:
    """What is explored: every order of every choice within these limits."""

    left: Left
    images: tuple[Image | None, ...]  # what a write leaves of a key
    initial: tuple[Items, ...] = ((None, None),)  # items whose changes no stream holds any more
    keep_first: bool = False  # by `updated`, then by key; else all that share a value are rejected
    stale_reads: bool = False  # a read may return what was there one write earlier

    def starts(self) -> list[State]:
        return [_start(self.left, items) for items in self.initial]


def _start(left: Left, items: Items) -> State:
    none: Level = ((),) * len(items)
    unread: Literal["unread"] = "unread"
    return State(left, items, (none,), none, (unread,) * len(items), (None,) * len(items))
