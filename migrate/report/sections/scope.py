"""Chapter 1: what the rehearsal is for, and what it covered."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.report.document import Block, Fact, Facts, Paragraph
from migrate.report.record import Record
from migrate.report.text import Texts


def blocks(record: Record, texts: Texts) -> Sequence[Block]:
    """The purpose, and the scope in numbers."""
    schemas = sorted({line.table.partition(".")[0] for line in record.reconciliation})
    facts = [
        Fact(texts("scope.models"), len(record.accounting), "count"),
        Fact(texts("scope.model_names"), texts.list([line.model for line in record.accounting])),
        Fact(texts("scope.children"), len(record.children), "count"),
        Fact(texts("scope.tables"), len(record.reconciliation) or None, "count"),
        Fact(texts("scope.schemas"), texts.list(schemas)),
        Fact(texts("scope.items"), sum(line.read for line in record.accounting), "count"),
    ]
    return [
        Paragraph(texts("scope.purpose")),
        Facts(texts("scope.title"), facts),
        Paragraph(texts("scope.words")),
    ]
