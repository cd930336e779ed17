"""What the writer leaves behind, worked out in memory: no server, no time."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from migrate.rehearse.sample.generate import generate
from migrate.rehearse.writer.changes import Changes
from migrate.rehearse.writer.operation import Operation, key_of

START = datetime(2026, 6, 1, tzinfo=UTC)
Items = dict[tuple[str, str], dict[str, Any]]


class Ticking:
    """A wall clock that goes on a millisecond each time somebody looks."""

    def __init__(self) -> None:
        self._now = START

    def __call__(self) -> datetime:
        self._now += timedelta(milliseconds=1)
        return self._now


def operations(items: int, seed: int, count: int) -> list[Operation]:
    """So many changes, then the end of what was begun."""
    changes = Changes(items, seed, Ticking())
    taken = [copy.deepcopy(changes.take()) for _ in range(count)]
    return taken + [copy.deepcopy(one) for one in changes.unfinished()]


def sample(items: int, seed: int) -> Items:
    return {identity(model, item): item for model, item in generate(items, seed)}


def identity(model: str, item: dict[str, Any]) -> tuple[str, str]:
    return model, repr(sorted(key_of(model, item).items()))


def apply(held: Items, changes: Iterable[Operation]) -> None:
    """As DynamoDB would; an update of an item that is not there, or a delete, is a defect."""
    for one in changes:
        at = identity(one.model, one.key)
        if one.action == "put":
            held[at] = one.item
        elif one.action == "delete":
            del held[at]
        else:
            kept = {name: held[at][name] for name in held[at] if name not in one.removed}
            held[at] = {**kept, **one.item}
