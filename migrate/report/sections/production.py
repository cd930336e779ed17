"""Chapter 3: how the rehearsal differs from production, and what that means for its result."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.report.document import Block, Column, Paragraph, Row, Table
from migrate.report.record import Record
from migrate.report.text import Texts

_ASPECTS = ("data", "volume", "source", "target", "network", "people")


def blocks(record: Record, texts: Texts) -> Sequence[Block]:
    """What the profile says about production; a form to fill in where it says nothing."""
    columns = [
        Column(texts("production.subject"), width="word"),
        Column(texts("production.rehearsal")),
        Column(texts("production.production")),
        Column(texts("production.effect")),
    ]
    if not record.production_differences:
        rows = [
            Row((texts(f"production.{aspect}"), _known(record, aspect, texts), None, None))
            for aspect in _ASPECTS
        ]
        table = Table(texts("production.title"), [*columns[:2], *map(_blank, columns[2:])], rows)
        return [Paragraph(texts("production.unstated"), "notice"), table]
    names = ("subject", "rehearsal", "production", "effect")
    rows = [
        Row(tuple(line.get(name, "") for name in names)) for line in record.production_differences
    ]
    return [Table(texts("production.title"), columns, rows)]


def _blank(column: Column) -> Column:
    return Column(column.title, "blank", "wide")


def _known(record: Record, aspect: str, texts: Texts) -> str:
    if aspect == "volume":
        return texts("production.items", items=sum(line.read for line in record.accounting))
    if aspect == "data":
        return record.environment.get("data", "")
    return record.environment.get(aspect, "")
