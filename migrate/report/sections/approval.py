"""Chapter 10: the judgement, and who signs it."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.report.document import Block, Column, Paragraph, Row, Table
from migrate.report.judgement import judge
from migrate.report.record import Record
from migrate.report.text import Texts

ROLES = ("prepared", "reviewed", "approved")


def blocks(record: Record, texts: Texts) -> Sequence[Block]:
    """The verdict once more, and a form with a line for each who signs."""
    judgement = judge(record, texts)
    statement = texts("approval.statement", word=judgement.word, sentence=judgement.sentence)
    columns = [
        Column(texts("approval.role"), width="word"),
        Column(texts("approval.decision"), width="word"),
        Column(texts("approval.name"), "blank"),
        Column(texts("approval.date"), "blank"),
        Column(texts("approval.seal"), "blank"),
    ]
    rows = [
        Row((texts(f"approval.{role}"), texts(f"approval.{role}_decision"), None, None, None))
        for role in ROLES
    ]
    return [
        Paragraph(statement, "plain" if judgement.passed else "failed"),
        Table(texts("approval.title"), columns, rows, note=texts("approval.note")),
    ]
