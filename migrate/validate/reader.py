"""What a reconciliation reads its source through: parts of a model's items, in pages."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from migrate.validate.conditions import Attributes


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """A line of an export file that holds no item. It has no key, so its place names it."""

    file: str
    line: int
    """Counted from 1."""


Item = Attributes | BrokenLine
"""An item as boto3's low-level client gives it (B as bytes), or a line that is none."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of `total` parts of a model's items; together they hold each item once."""

    model: str
    number: int
    total: int


class Opened(Protocol):
    """A reader with its connections, inside one process."""

    def pages(self, part: Part) -> Iterator[list[Item]]:
        """The part's items; a page is about 1 MB of them, and may be empty."""
        ...


class Reader(Protocol):
    """A source that stands still. Picklable: each process opens its own."""

    @property
    def models(self) -> Collection[str]:
        """The models that it can read."""
        ...

    def opened(self) -> AbstractContextManager[Opened]:
        """Connections for as long as the block runs."""
        ...
