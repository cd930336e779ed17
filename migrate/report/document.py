"""The neutral document: what a report says, before it is a page or a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from migrate.report.drawing import ThroughputDrawing, TimelineDrawing
from migrate.report.type_bars import TypesDrawing

Kind = Literal["text", "code", "count", "number", "duration", "mark", "time", "blank"]
Value = str | int | float | bool | None


@dataclass(frozen=True)
class Column:
    """A table's column; `kind` decides how its values are shown, `width` `word` never wraps."""

    title: str
    kind: Kind = "text"
    width: Literal["", "narrow", "word", "middle", "wide"] = ""


@dataclass(frozen=True)
class Row:
    """Values in the order of the columns; `flagged` marks a row that did not pass."""

    cells: tuple[Value, ...]
    flagged: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under a heading, or the sentence `empty` where there are none."""

    template: ClassVar[str] = "table"
    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    empty: str = ""
    note: str = ""
    totals: Row | None = None


@dataclass(frozen=True)
class Fact:
    """One named value."""

    label: str
    value: Value
    kind: Kind = "text"


@dataclass(frozen=True)
class Facts:
    """Named values, one a line."""

    template: ClassVar[str] = "facts"
    title: str
    facts: Sequence[Fact]


@dataclass(frozen=True)
class Paragraph:
    """A sentence or a few."""

    template: ClassVar[str] = "paragraph"
    text: str
    tone: Literal["plain", "notice", "failed"] = "plain"


@dataclass(frozen=True)
class Chart:
    """A drawing with its title and the sentence that says what it shows.

    `data` is what a workbook shows instead, where no other table has it.
    """

    template: ClassVar[str] = "chart"
    title: str
    caption: str
    drawing: TimelineDrawing | ThroughputDrawing | TypesDrawing
    data: Table | None = None


Block = Table | Facts | Paragraph | Chart


@dataclass(frozen=True)
class Section:
    """A numbered chapter; `sheet` is its name in the workbook (at most 31 characters)."""

    id: str
    number: str
    title: str
    sheet: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Judgement:
    """The verdict in words: a word, one sentence, and what else a reader must know."""

    tone: Literal["passed", "failed", "unfinished"]
    word: str
    sentence: str
    details: Sequence[str] = ()

    @property
    def passed(self) -> bool:
        return self.tone == "passed"


@dataclass(frozen=True)
class Document:
    """One report in one language."""

    lang: str
    title: str
    number: str
    head: Sequence[Fact]
    seals: Sequence[str]
    judgement: Judgement
    figures: Sequence[Fact]
    criteria: Table
    content_hash: str
    sections: Sequence[Section] = field(default_factory=tuple)
