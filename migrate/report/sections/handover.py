"""Chapter 9: what must be done before production, derived from what did not pass."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.report.document import Block, Column, Paragraph, Row, Table
from migrate.report.judgement import differing, rejected, unbalanced, unmet
from migrate.report.record import Criterion, Record
from migrate.report.sections.issues import rule_name
from migrate.report.text import Texts


def blocks(record: Record, texts: Texts) -> Sequence[Block]:
    """One line an action; owner and due date are for the people who decide."""
    actions = [
        *(_criterion(criterion, texts) for criterion in unmet(record)),
        *_data(record, texts),
        *_suites(record, texts),
        *_rejects(record, texts),
    ]
    if not record.production_differences:
        actions.append(texts("handover.production"))
    actions.append(texts("handover.fall_back"))
    columns = [
        Column(texts("handover.number"), "count", "narrow"),
        Column(texts("handover.action")),
        Column(texts("handover.owner"), "blank"),
        Column(texts("handover.due"), "blank"),
    ]
    rows = [Row((index, action, None, None)) for index, action in enumerate(actions, 1)]
    return [Paragraph(texts("handover.intro")), Table(texts("handover.title"), columns, rows)]


def _criterion(criterion: Criterion, texts: Texts) -> str:
    name = texts.name("criteria", criterion.id)
    return texts("handover.unmeasured" if criterion.actual is None else "handover.unmet", name=name)


def _data(record: Record, texts: Texts) -> list[str]:
    return [
        *(texts("handover.unbalanced", name=name) for name in unbalanced(record)),
        *(
            texts("handover.different", table=table.table, rows=differing(table))
            for table in record.reconciliation
            if differing(table)
        ),
    ]


def _suites(record: Record, texts: Texts) -> list[str]:
    return [
        texts("handover.suite", suite=suite.suite, failed=suite.failed, raised=suite.raised)
        for suite in record.suites
        if suite.raised or not suite.passed
    ]


def _rejects(record: Record, texts: Texts) -> list[str]:
    over = [
        texts(
            "handover.over_limit",
            model=rule.model,
            rule=rule_name(rule, texts),
            count=rule.count,
        )
        for rule in record.rejects
        if not rule.passed
    ]
    count = rejected(record)
    return [*over, *([texts("handover.rejected", count=count)] if count else [])]
