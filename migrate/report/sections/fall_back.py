"""Chapter 7: the fall-back drill, which a rehearsal of the data migration does not contain."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.report.document import Block, Paragraph
from migrate.report.record import Record
from migrate.report.text import Texts


def blocks(record: Record, texts: Texts) -> Sequence[Block]:
    """Says that it was not done, so that nobody reads silence as success."""
    return [
        Paragraph(texts("fall_back.not_done"), "notice"),
        Paragraph(texts("fall_back.before_production", run_id=record.run_id)),
    ]
