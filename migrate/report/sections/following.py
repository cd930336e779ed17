"""In chapter 5: a source that changed meanwhile, and how the copy followed it; else nothing."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.report.document import Block, Column, Fact, Facts, Paragraph, Row, Table
from migrate.report.record import FollowedModel, Following, Record
from migrate.report.text import Texts

_COUNTS = ("captured", "applied", "superseded", "rejected", "pending", "deleted")


def blocks(record: Record, texts: Texts) -> Sequence[Block]:
    """Who wrote what, how far behind the copy was, and the account of each model."""
    follow = record.follow
    if follow is None:
        return []
    drained = texts("following.drained" if follow.drained else "following.not_drained")
    return [
        Facts(texts("following.title"), _facts(follow, texts)),
        Paragraph(texts("following.method")),
        _written(follow, texts),
        _accounts(follow, texts),
        Paragraph(drained, "plain" if follow.drained else "failed"),
    ]


def _facts(follow: Following, texts: Texts) -> list[Fact]:
    return [
        Fact(texts("following.written"), follow.written, "count"),
        Fact(texts("following.written_seconds"), follow.written_seconds, "duration"),
        Fact(texts("following.captured"), follow.captured, "count"),
        Fact(texts("following.lag_seconds_max"), follow.lag_seconds_max, "duration"),
        Fact(texts("following.waiting"), follow.waiting, "count"),
    ]


def _written(follow: Following, texts: Texts) -> Table:
    columns = [
        Column(texts("following.kind"), width="wide"),
        Column(texts("following.written"), "count"),
    ]
    rows = [
        Row((texts.name("written_kinds", kind), count))
        for kind, count in follow.written_kinds.items()
    ]
    totals = Row((texts("table.total"), follow.written))
    return Table(
        texts("following.kinds"), columns, rows, texts("following.nothing_written"), totals=totals
    )  # fmt: skip


def _accounts(follow: Following, texts: Texts) -> Table:
    columns = [
        Column(texts("following.model"), "code"),
        *(Column(texts(f"following.{name}"), "count") for name in _COUNTS),
        Column(texts("following.balanced"), "mark", "narrow"),
    ]
    rows = [_row(line) for line in follow.models]
    sums = [getattr(follow, name) for name in _COUNTS]
    totals = Row((texts("table.total"), *sums, all(line.balanced for line in follow.models)))
    return Table(
        texts("following.accounts"), columns, rows, texts("table.unmeasured"),
        texts("following.identity"), totals if rows else None,
    )  # fmt: skip


def _row(line: FollowedModel) -> Row:
    counts = (getattr(line, name) for name in _COUNTS)
    return Row((line.model, *counts, line.balanced), not line.balanced or bool(line.pending))
