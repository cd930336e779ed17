"""Chapter 6: rows and columns compared in both directions, suites, and rows that are not ours."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from migrate.report.document import Block, Column, Paragraph, Row, Table
from migrate.report.judgement import differing
from migrate.report.record import Record
from migrate.report.text import Texts

_COUNTS = ("compared", "missing", "extra", "different")
_NAMED = ("check", "table", "column", "failed", "keys", "says", "severity")


def blocks(record: Record, texts: Texts) -> Sequence[Block]:
    """How it was verified, reconciliation, suites with their failures, foreign rows."""
    found: list[Block] = [
        *([Paragraph(texts("verification.method"))] if record.reconciliation else []),
        _reconciliation(record, texts),
        _suites(record, texts),
    ]
    failures = _failures(record, texts)
    return [*found, *([failures] if failures.rows else []), _foreign(record, texts)]


def _reconciliation(record: Record, texts: Texts) -> Table:
    columns = [
        Column(texts("verification.table"), "code"),
        *(Column(texts(f"verification.{name}"), "count") for name in _COUNTS),
        Column(texts("verification.equal"), "mark", "narrow"),
    ]
    rows = [
        Row((line.table, *(getattr(line, name) for name in _COUNTS), not differing(line)),
            bool(differing(line)))
        for line in record.reconciliation
    ]  # fmt: skip
    sums = [sum(getattr(line, name) for line in record.reconciliation) for name in _COUNTS]
    equal = not any(differing(line) for line in record.reconciliation)
    return Table(
        texts("verification.reconciliation"), columns, rows, texts("verification.not_reconciled"),
        totals=Row((texts("table.total"), *sums, equal)) if rows else None,
    )  # fmt: skip


def _suites(record: Record, texts: Texts) -> Table:
    columns = [
        Column(texts("verification.suite"), "code"),
        Column(texts("verification.checks"), "count"),
        Column(texts("verification.failed"), "count"),
        Column(texts("verification.raised"), "count"),
        Column(texts("verification.passed"), "mark", "narrow"),
    ]
    rows = []
    for line in record.suites:
        passed = line.passed and not line.raised
        rows.append(Row((line.suite, line.checks, line.failed, line.raised, passed), not passed))
    return Table(
        texts("verification.suites"), columns, rows, texts("verification.no_suites"),
        texts("verification.suites_note") if rows else "",
    )  # fmt: skip


def _failures(record: Record, texts: Texts) -> Table:
    columns = [
        Column(texts("verification.suite"), "code"),
        Column(texts("verification.check")),
        Column(texts("verification.where"), "code"),
        Column(texts("verification.failing_rows"), "count"),
        Column(texts("verification.keys"), "code", "wide"),
    ]
    rows = [
        Row((suite.suite, *_failure(failure, texts)), flagged=failure.get("severity") != "warning")
        for suite in record.suites
        for failure in suite.failures
    ]
    return Table(texts("verification.failures"), columns, rows)


def _failure(failure: dict[str, Any], texts: Texts) -> tuple[str, str, int | str, str]:
    """Check in words, place, count and keys; whatever else the failure names goes with the keys."""
    place = ".".join(_plain(failure[name]) for name in ("table", "column") if failure.get(name))
    count = failure.get("failed", "")
    keys = failure.get("keys") or []
    words = [_plain(key) for key in (keys if isinstance(keys, (list, tuple)) else [keys])]
    words += [f"{name}: {_plain(value)}" for name, value in failure.items() if name not in _NAMED]
    shown = count if isinstance(count, int) else _plain(count)
    return _rule(failure, texts), place, shown, "\n".join(words)


def _rule(failure: dict[str, Any], texts: Texts) -> str:
    """The rule in the report's language, with its id; a warning says so."""
    name = _plain(failure.get("check", ""))
    says = failure.get("says", {}).get(texts.lang)
    rule = f"{says} ({name})" if says else name
    if failure.get("severity") == "warning":
        return texts("verification.warning", rule=rule)
    return rule


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}={_plain(entry)}" for name, entry in value.items())
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _foreign(record: Record, texts: Texts) -> Table:
    columns = [
        Column(texts("verification.table"), "code"),
        Column(texts("verification.foreign_rows"), "count"),
    ]
    rows = [Row((table, count)) for table, count in record.foreign.items()]
    empty = texts("verification.no_foreign" if record.reconciliation else "table.unmeasured")
    return Table(
        texts("verification.foreign"), columns, rows, empty,
        texts("verification.foreign_note") if rows else "",
    )  # fmt: skip
