"""Chapter 4: the steps, planned against actual, and the time they took."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from migrate.report import drawing
from migrate.report.display import JST, duration, parsed
from migrate.report.document import Block, Chart, Column, Paragraph, Row, Table
from migrate.report.record import Record, Step
from migrate.report.text import Texts


def blocks(record: Record, texts: Texts) -> Sequence[Block]:
    """The chart and its table."""
    if not record.steps:
        return [Paragraph(texts("timechart.empty"), "notice")]
    chart = drawing.timeline(_spans(record, texts), lambda seconds: duration(seconds, texts))
    planned = any(step.planned_seconds is not None for step in record.steps)
    caption = texts("timechart.caption_planned" if planned else "timechart.caption")
    return [Chart(texts("timechart.chart"), caption, chart), _table(record, texts)]


def _spans(record: Record, texts: Texts) -> list[drawing.Span]:
    spans, elapsed = [], 0.0
    start = _start(record)
    for step in record.steps:
        at = parsed(step.started_at)
        if at and start:
            elapsed = max((at - start).total_seconds(), 0.0)
        label = texts.name("steps", step.name)
        spans.append(drawing.Span(label, elapsed, step.seconds, step.planned_seconds))
        elapsed += step.seconds
    return spans


def _start(record: Record) -> datetime | None:
    begins = [at for at in (parsed(step.started_at) for step in record.steps) if at]
    begun = parsed(record.started_at)
    return min([*begins, *([begun] if begun else [])], default=None)


def _table(record: Record, texts: Texts) -> Table:
    columns = [
        Column(texts("timechart.number"), "count", "narrow"),
        Column(texts("timechart.step")),
        Column(texts("timechart.start")),
        Column(texts("timechart.end")),
        Column(texts("timechart.planned"), "duration"),
        Column(texts("timechart.actual"), "duration"),
        Column(texts("timechart.deviation"), "number"),
    ]
    rows = [_row(index, step, texts) for index, step in enumerate(record.steps, 1)]
    total = sum(step.seconds for step in record.steps)
    totals = Row((None, texts("table.total"), None, None, None, total, None))
    return Table(texts("timechart.table"), columns, rows, totals=totals)


def _row(number: int, step: Step, texts: Texts) -> Row:
    start = parsed(step.started_at)
    end = start + timedelta(seconds=step.seconds) if start else None
    late = step.planned_seconds is not None and step.seconds > step.planned_seconds
    return Row(
        (
            number,
            texts.name("steps", step.name),
            _time_of_day(start),
            _time_of_day(end),
            step.planned_seconds,
            step.seconds,
            _deviation(step, texts),
        ),
        flagged=late,
    )


def _time_of_day(instant: datetime | None) -> str:
    return instant.astimezone(JST).strftime("%H:%M:%S") if instant else ""


def _deviation(step: Step, texts: Texts) -> str:
    if step.planned_seconds is None:
        return ""
    gap = step.seconds - step.planned_seconds
    return ("+" if gap > 0 else "−") + duration(abs(gap), texts)
