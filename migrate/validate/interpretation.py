"""What the verifier's reading of one item comes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Key = tuple[str, ...]
"""Canonical texts of a row's key columns, in the order of the mapping."""


@dataclass(frozen=True, slots=True)
class ExpectedRow:
    """A row that the target must hold; `values` are canonical texts, None for SQL NULL."""

    table: str
    key: Key
    values: dict[str, str | None]
    list: str | None = None
    """The child list whose element it stands for, and the element's place counted from 0."""
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an item makes no row. `key` is that of its first row, where it can be read."""

    rule: str
    table: str
    column: str
    key: Key | None


@dataclass(frozen=True, slots=True)
class ElementRefusal:
    """A bad element of a list with `bad_element: element`; positions count from 0."""

    list: str
    position: int
    rule: str
    table: str
    column: str
    key: Key | None


@dataclass(slots=True)
class ChildTally:
    """Elements of one child list: read = rows + filtered + rejected."""

    list: str
    read: int = 0
    rows: int = 0
    filtered: int = 0
    rejected: int = 0


@dataclass(slots=True)
class Interpretation:
    """The outcome for one item. An item that is rejected whole has no rows and no children."""

    outcome: Literal["rows", "tombstone", "filtered", "rejected"]
    rows: list[ExpectedRow] = field(default_factory=list)
    children: list[ChildTally] = field(default_factory=list)
    refused_elements: list[ElementRefusal] = field(default_factory=list)
    refusal: Refusal | None = None
