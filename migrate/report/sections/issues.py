"""Chapter 8: what happened: rejects by rule against the approved list, and every difference."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.report.document import Block, Column, Paragraph, Row, Table
from migrate.report.record import Difference, Record, RejectRule
from migrate.report.text import Texts


def blocks(record: Record, texts: Texts) -> Sequence[Block]:
    """Rejects, their masked examples, and differences by key and column."""
    found: list[Block] = [_rejects(record, texts)]
    examples = _examples(record, texts)
    if examples.rows:
        found.append(examples)
    found.append(_differences(record, texts))
    hidden = record.differences_total - len(record.differences)
    if hidden > 0:
        found.append(
            Paragraph(
                texts("issues.more", shown=len(record.differences), total=record.differences_total),
                "notice",
            )
        )
    return found


def _rejects(record: Record, texts: Texts) -> Table:
    columns = [
        Column(texts("issues.model"), "code"),
        Column(texts("issues.rule"), width="middle"),
        Column(texts("issues.column"), "code"),
        Column(texts("issues.count"), "count"),
        Column(texts("issues.limit"), "count"),
        Column(texts("issues.within"), "mark", "narrow"),
        Column(texts("issues.reason"), width="wide"),
    ]
    rows = [_reject_row(rule, texts) for rule in record.rejects]
    empty = texts("issues.no_rejects" if record.accounting else "table.unmeasured")
    total = sum(rule.count for rule in record.rejects)
    passed = all(rule.passed for rule in record.rejects)
    totals = Row((texts("table.total"), None, None, total, None, passed, None)) if rows else None
    return Table(
        texts("issues.rejects"), columns, rows, empty,
        texts("issues.rejects_note") if rows else "", totals,
    )  # fmt: skip


def _reject_row(rule: RejectRule, texts: Texts) -> Row:
    limit = texts("issues.not_listed") if rule.limit is None else rule.limit
    return Row(
        (rule.model, rule_name(rule, texts), rule.column, rule.count, limit, rule.passed,
         rule.reason),
        flagged=not rule.passed,
    )  # fmt: skip


def rule_name(rule: RejectRule, texts: Texts) -> str:
    """What the rule means, with its name in the mapping language."""
    meaning = texts.name("rules", rule.rule)
    return texts("issues.rule_name", meaning=meaning, rule=rule.rule)


def _examples(record: Record, texts: Texts) -> Table:
    columns = [
        Column(texts("issues.model"), "code"),
        Column(texts("issues.rule_id"), "code"),
        Column(texts("issues.key"), "code"),
        Column(texts("issues.example"), "code", "wide"),
    ]
    rows = [
        Row((rule.model, rule.rule, example.get("key", ""), _masked(example, texts)))
        for rule in record.rejects
        for example in rule.examples
    ]
    note = texts("issues.examples_note")
    return Table(texts("issues.examples"), columns, rows, note=note)


def _masked(example: dict[str, str], texts: Texts) -> str:
    others = {name: value for name, value in example.items() if name != "key"}
    if len(others) == 1:
        return next(iter(others.values()))
    return "\n".join(f"{texts.name('examples', name)}: {value}" for name, value in others.items())


def _differences(record: Record, texts: Texts) -> Table:
    columns = [
        Column(texts("issues.table"), "code"),
        Column(texts("issues.kind"), width="word"),
        Column(texts("issues.key"), "code", "middle"),
        Column(texts("issues.column"), "code"),
        Column(texts("issues.expected"), "code"),
        Column(texts("issues.actual"), "code"),
        Column(texts("issues.note")),
    ]
    empty = texts("issues.no_differences" if record.reconciliation else "table.unmeasured")
    rows = [row for difference in record.differences for row in _difference_rows(difference, texts)]
    return Table(
        texts("issues.differences"), columns, rows, empty,
        texts("issues.differences_note") if rows else "",
    )  # fmt: skip


def _difference_rows(difference: Difference, texts: Texts) -> list[Row]:
    """One row a column, so that a sheet can be filtered by column."""
    key = ", ".join(f"{name}={value}" for name, value in difference.key.items())
    start = (difference.table, texts.name("kinds", difference.kind), key)
    if not difference.columns:
        return [Row((*start, None, None, None, difference.note), flagged=True)]
    return [
        Row((*start, column.column, _shown(column.expected), _shown(column.actual),
             difference.note), flagged=True)
        for column in difference.columns
    ]  # fmt: skip


def _shown(value: str | None) -> str:
    return "NULL" if value is None else value
