"""A mapping before it is text: what will stand in the YAML, in the order in which it stands there.

Values are plain: text, numbers, booleans, lists and dictionaries, as YAML would read them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class ColumnDraft:
    """A column: its keys in order, and why it is as it is."""

    entries: dict[str, Any]
    comment: str = ""


@dataclass
class TableDraft:
    """A target table. `head` holds what stands beside `columns`, such as `list` or `when`."""

    target: str
    columns: dict[str, ColumnDraft] = field(default_factory=dict)
    head: dict[str, Any] = field(default_factory=dict)
    indexes: list[list[str]] = field(default_factory=list)
    comment: str = ""


@dataclass
class MappingDraft:
    """One model's mapping. `comments` stand at the head of the file."""

    model: str
    source: dict[str, Any]
    root: TableDraft
    tables: list[TableDraft] = field(default_factory=list)
    children: list[TableDraft] = field(default_factory=list)
    leave: dict[str, str] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)
