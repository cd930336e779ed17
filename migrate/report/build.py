"""Builds the document of a record in one language."""

from __future__ import annotations

from migrate.report.display import duration, number
from migrate.report.document import Column, Document, Fact, Row, Section, Table
from migrate.report.json_form import content_hash
from migrate.report.judgement import differing, holds, judge, rejected
from migrate.report.record import Criterion, Record
from migrate.report.sections import SECTIONS
from migrate.report.sections.approval import ROLES
from migrate.report.text import Texts


def document_of(record: Record, lang: str) -> Document:
    """The whole report of `record` as a document in `ja` or `en`."""
    texts = Texts.load(lang)
    return Document(
        lang=lang,
        title=record.document.get("title") or texts("document.title"),
        number=record.run_id,
        head=_head(record, texts),
        seals=[texts(f"seals.{role}") for role in ROLES],
        judgement=judge(record, texts),
        figures=_figures(record, texts),
        criteria=_criteria(record, texts),
        content_hash=content_hash(record),
        sections=[_section(name, record, texts) for name in SECTIONS],
    )


def _section(name: str, record: Record, texts: Texts) -> Section:
    return Section(
        name,
        texts(f"sections.{name}.number"),
        texts(f"sections.{name}.title"),
        texts(f"sections.{name}.sheet"),
        SECTIONS[name](record, texts),
    )


def _head(record: Record, texts: Texts) -> list[Fact]:
    named = {**record.document}
    named.pop("title", None)
    revision = named.pop("revision", "") or texts("document.first_revision")
    facts = [
        Fact(texts("document.number"), record.run_id, "code"),
        Fact(texts("document.revision"), revision),
        Fact(texts("document.date"), record.finished_at, "time"),
        Fact(texts("document.profile"), record.profile),
    ]
    return facts + [Fact(texts.name("head", name), value) for name, value in named.items()]


def _figures(record: Record, texts: Texts) -> list[Fact]:
    counted, tables = record.accounting, record.reconciliation  # empty: not measured, so a dash
    items = sum(line.read for line in counted) if counted else None
    rows = sum(table.compared for table in tables) if tables else None
    differences = sum(map(differing, tables)) if tables else None
    return [
        Fact(texts("figures.items"), items, "count"),
        Fact(texts("figures.rows"), rows, "count"),
        Fact(texts("figures.differences"), differences, "count"),
        Fact(texts("figures.rejects"), rejected(record) if counted else None, "count"),
        Fact(texts("figures.seconds"), sum(step.seconds for step in record.steps), "duration"),
    ]


def _criteria(record: Record, texts: Texts) -> Table:
    columns = [
        Column(texts("criteria_table.passed"), "mark", "narrow"),
        Column(texts("criteria_table.name"), width="wide"),
        Column(texts("criteria_table.id"), "code"),
        Column(texts("criteria_table.threshold"), "number"),
        Column(texts("criteria_table.actual"), "number"),
    ]
    rows = [_criterion_row(criterion, texts) for criterion in record.criteria]
    return Table(
        texts("criteria_table.title"), columns, rows, texts("criteria_table.empty"),
        texts("criteria_table.note") if rows else "",
    )  # fmt: skip


def _criterion_row(criterion: Criterion, texts: Texts) -> Row:
    met = holds(criterion)
    cells = (
        met,
        texts.name("criteria", criterion.id),
        criterion.id,
        _measure(criterion.id, criterion.threshold, texts),
        _measure(criterion.id, criterion.actual, texts),
    )
    return Row(cells, flagged=not met)


def _measure(criterion_id: str, value: int | float | str | None, texts: Texts) -> str:
    """A threshold or an actual value; the id's last word gives its unit."""
    if value is None:
        return texts("criteria_table.unmeasured")
    if isinstance(value, str):
        return value
    if criterion_id.endswith("seconds"):
        return duration(value, texts)
    return number(value) + ("%" if criterion_id.endswith("percent") else "")
