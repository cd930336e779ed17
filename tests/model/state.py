"""What the model remembers: the source, its stream, what was captured, and the copy of each key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeVar

KEYS = ("a", "b", "c")  # a model has the first one, two or three of them


class Image(NamedTuple):
    """An item as a whole. `value` is that of its unique column; `updated` is an ordinary attribute
    (as `updatedAt`): the writer sets it, to whatever it likes."""

    kind: Literal["good", "soft-deleted", "unmappable"]
    value: int = 0
    updated: int = 0

    def __str__(self) -> str:
        if self.kind != "good":
            return self.kind
        return f"{self.value}" + (f" (updated {self.updated})" if self.updated else "")


class Copy(NamedTuple):
    """What the target holds of a key: its rows, an open reject, or neither while it waits.

    `judged` is a reject too: it shares a unique value with another item.
    """

    status: Literal["rows", "refused", "waiting", "judged"]
    image: Image


Items = tuple[Image | None, ...]  # one of each key; None: there is no such item
Queue = tuple[Image | None, ...]  # changes of one key, oldest first; None: a removal
Copies = tuple[Copy | None, ...]
Level = tuple[Queue, ...]  # a shard, or the children of one; one queue of each key


class Read(NamedTuple):
    """An image that was read and is not written yet: only in the memory of a process."""

    image: Image | None


class Retry(NamedTuple):
    """A retry between its read and its write. `current`: nothing was applied to the key since."""

    key: int
    image: Image | None
    current: bool = True


class Left(NamedTuple):
    """How often each of these may still happen."""

    writes: int = 0
    splits: int = 0
    reopens: int = 0
    remakes: int = 0
    trims: int = 0
    crashes: int = 0
    retries: int = 0


class State(NamedTuple):
    """One moment. Hashable, so that no moment is looked at twice."""

    left: Left
    source: Items
    stream: tuple[Level, ...]  # parents before children; what was not read yet
    landed: Level  # captured, not applied yet
    load: tuple[Read | Literal["unread", "written"], ...]
    copies: Copies
    before: Items | None = None  # before the last write, where a read may still return that
    is_on: bool = True  # somebody may switch the stream off
    is_foreign: bool = False  # and on again: then it is another stream
    is_trimmed: bool = False  # an unread record is gone
    capture: Literal["not started", "runs", "gap"] = "not started"
    limbo: tuple[int, Image | None] | None = None  # its position is committed, the record is not
    is_loaded: bool = False
    retry: Retry | None = None


T = TypeVar("T")


def with_one(values: Sequence[T], index: int, value: T) -> tuple[T, ...]:
    """The same values, but for one."""
    return (*values[:index], value, *values[index + 1 :])


def change(key: int, image: Image | None) -> str:
    """A change in words."""
    return f"removal of {KEYS[key]}" if image is None else f"{KEYS[key]} = {image}"


def without_finished(stream: tuple[Level, ...]) -> tuple[Level, ...]:
    """Closed shards that were read to their end are forgotten; the youngest are open."""
    while len(stream) > 1 and not any(stream[0]):
        stream = stream[1:]
    return stream
