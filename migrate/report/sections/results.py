"""Chapter 5: what was moved: items, list elements, volume, time, what was followed meanwhile, and
earlier rehearsals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from migrate.report import drawing
from migrate.report.display import duration, number
from migrate.report.document import Block, Chart, Column, Fact, Facts, Kind, Row, Table
from migrate.report.record import Record
from migrate.report.sections import following
from migrate.report.text import Texts

_ITEM_COUNTS = ("read", "loaded", "tombstones", "filtered", "rejected")
_ELEMENT_COUNTS = ("read", "rows", "filtered", "rejected")


def blocks(record: Record, texts: Texts) -> Sequence[Block]:
    """Accounting of items and elements, the load's figures, what was followed, the comparison."""
    load = [
        Fact(texts.name("load", name), value, _load_kind(name))
        for name, value in record.load.items()
    ]
    found: list[Block] = [_accounting(record, texts), _children(record, texts)]
    if load:
        found.append(Facts(texts("results.load"), load))
    followed = following.blocks(record, texts)
    return [*found, *_throughput(record, texts), *followed, _earlier(record, texts)]


def _accounting(record: Record, texts: Texts) -> Table:
    columns = [
        Column(texts("results.model"), "code"),
        *(Column(texts(f"results.{name}"), "count") for name in _ITEM_COUNTS),
        Column(texts("results.balanced"), "mark", "narrow"),
    ]
    rows = [
        Row((line.model, *(getattr(line, name) for name in _ITEM_COUNTS), line.balanced),
            not line.balanced)
        for line in record.accounting
    ]  # fmt: skip
    sums = [sum(getattr(line, name) for line in record.accounting) for name in _ITEM_COUNTS]
    balanced = all(line.balanced for line in record.accounting)
    totals = Row((texts("table.total"), *sums, balanced)) if rows else None
    return Table(
        texts("results.accounting"), columns, rows, texts("results.no_accounting"),
        texts("results.identity"), totals,
    )  # fmt: skip


def _children(record: Record, texts: Texts) -> Table:
    columns = [
        Column(texts("results.model"), "code"),
        Column(texts("results.list"), "code"),
        *(Column(texts(f"results.child_{name}"), "count") for name in _ELEMENT_COUNTS),
        Column(texts("results.balanced"), "mark", "narrow"),
    ]
    rows = [
        Row((line.model, line.list, *(getattr(line, name) for name in _ELEMENT_COUNTS),
             line.balanced), not line.balanced)
        for line in record.children
    ]  # fmt: skip
    empty = texts("results.no_children" if record.accounting else "table.unmeasured")
    return Table(
        texts("results.children"), columns, rows, empty,
        texts("results.child_identity") if rows else "",
    )  # fmt: skip


def _load_kind(name: str) -> Kind:
    return "duration" if name.endswith("seconds") else "number"


def _throughput(record: Record, texts: Texts) -> list[Block]:
    last = record.throughput[-1] if record.throughput else None
    mean = last.items / last.seconds if last and last.seconds > 0 else 0.0
    label = texts("results.mean", rate=number(round(mean)))
    chart = drawing.throughput(
        record.throughput, mean, label, lambda seconds: duration(seconds, texts)
    )
    if chart is None:
        return []
    columns = [
        Column(texts("results.elapsed"), "duration"),
        Column(texts("results.committed"), "count"),
    ]
    data = Table(
        texts("results.throughput"),
        columns,
        [Row((point.seconds, point.items)) for point in record.throughput],
    )
    return [Chart(texts("results.throughput"), texts("results.throughput_caption"), chart, data)]


def _earlier(record: Record, texts: Texts) -> Table:
    columns = [
        Column(texts("results.run"), "code"),
        Column(texts("results.finished_at"), "time"),
        Column(texts("results.items"), "count"),
        Column(texts("results.seconds"), "duration"),
        Column(texts("results.verdict"), width="word"),
        Column(texts("results.passed"), "mark", "narrow"),
    ]
    rows = [_earlier_row(run, texts) for run in record.earlier]
    if rows:
        rows.append(_this_run(record, texts))
    return Table(texts("results.earlier"), columns, rows, texts("results.no_earlier"))


def _earlier_row(run: dict[str, Any], texts: Texts) -> Row:
    passed = run.get("passed") is True
    return Row(
        (
            str(run.get("run_id", "")),
            str(run.get("finished_at", "")),
            run.get("items"),
            run.get("seconds"),
            texts.name("verdicts", str(run.get("verdict", ""))),
            passed,
        ),
        flagged=not passed,
    )


def _this_run(record: Record, texts: Texts) -> Row:
    name = texts("results.this_run", run_id=record.run_id)
    items = sum(line.read for line in record.accounting)
    seconds = sum(step.seconds for step in record.steps)
    verdict = texts.name("verdicts", record.verdict)
    return Row(
        (name, record.finished_at, items, seconds, verdict, record.passed), not record.passed
    )
