"""inspect.html: an inspection as one self-contained page, a chapter for each model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from migrate.item.profile import AttributeProfile
from migrate.pipeline.inspect_attributes import AttributeLine, one_line, path_text
from migrate.pipeline.inspect_document import InspectDocument, ModelView, confidence
from migrate.pipeline.inspect_findings import Finding
from migrate.report.document import Block, Chart, Column, Fact, Paragraph, Row, Section, Table
from migrate.report.html import render_template
from migrate.report.text import Texts
from migrate.report.type_bars import TypeCounts, type_bars

# Above this a chart is no overview any more; the table below it has every attribute.
_BARS_MAX = 60
_WORDS_MAX = 6
_OF_VALUES = {"text", "empty", "whole", "fraction", "boolean"}


def render_inspection(document: InspectDocument, lang: str) -> str:
    """The page in `ja` or `en`: inline styles and drawings, no scripts, nothing to fetch."""
    texts = Texts.load(lang)
    sections = [
        Section(view.inspected.model, str(place), view.inspected.model, "", _blocks(view, texts))
        for place, view in enumerate(document.models, 1)
    ]
    return render_template(
        "inspection.html.j2", texts, lang=lang, head=_head(document, texts),
        figures=_figures(document, texts), notes=_notes(document, texts), sections=sections,
    )  # fmt: skip


def _head(document: InspectDocument, texts: Texts) -> list[Fact]:
    sample = document.inspection.sample
    said = (
        texts("inspection.sample_all")
        if sample is None
        else texts("inspection.sample_items", items=sample)
    )
    return [
        Fact(texts("inspection.date"), document.started_at, "time"),
        Fact(texts("inspection.profile"), document.profile),
        Fact(texts("inspection.sample"), said),
    ]


def _figures(document: InspectDocument, texts: Texts) -> list[Fact]:
    refused = sum(finding.rejects for finding in document.findings)
    return [
        Fact(texts("inspection.tables"), len(document.models), "count"),
        Fact(texts("inspection.items"), document.inspection.items, "count"),
        Fact(texts("inspection.refused"), refused, "count"),
        Fact(texts("inspection.seconds"), document.inspection.seconds, "duration"),
    ]


def _notes(document: InspectDocument, texts: Texts) -> list[Paragraph]:
    failed = [
        Paragraph(texts("inspection.failed", model=model, message=error.message), "failed")
        for model, error in sorted(document.inspection.failed.items())
    ]
    moment = "exports" if document.inspection.from_exports else "snapshot"
    plain = [Paragraph(texts(f"inspection.{name}")) for name in (moment, "masked")]
    return failed + plain


def _blocks(view: ModelView, texts: Texts) -> Sequence[Block]:
    tally = view.inspected.tally
    blocks: list[Block] = list(_exports(view, texts))
    if not tally.items:
        return [*blocks, Paragraph(texts("inspection.empty"))]
    counts = {name: tally.outcomes[name] for name in _OUTCOMES}
    blocks.append(Paragraph(texts("inspection.outcomes", items=tally.items, **counts)))
    found = confidence(view.inspected)
    if found is not None:
        seen = next(one for one in found["seen_with_probability"] if one["share"] == 0.001)
        blocks.append(
            Paragraph(
                texts(
                    "inspection.confidence",
                    probability=f"{seen['probability']:.1%}",
                    unseen=f"{found['unseen_share_max']:.3%}",
                ),
                "notice",
            )
        )
    return [*blocks, _findings(view, texts), _types(view, texts), _attributes(view, texts)]


def _exports(view: ModelView, texts: Texts) -> Iterator[Block]:
    chain = view.inspected.chain
    if chain is not None:
        count, shows = len(chain.incrementals), chain.shows.isoformat(" ", "seconds")
        facts = {"export": chain.full.export_id, "count": count, "shows": shows}
        yield Paragraph(texts("inspection.chain" if count else "inspection.full", **facts))


_OUTCOMES = ("loaded", "tombstones", "filtered", "rejected")


def _types(view: ModelView, texts: Texts) -> Chart:
    counts = [
        TypeCounts(path_text(line.path), line.holders, line.profile.types)
        for line in view.lines[:_BARS_MAX]
    ]
    title, caption = texts("inspection.types"), texts("inspection.types_caption")
    return Chart(title, caption, type_bars(counts))


def _findings(view: ModelView, texts: Texts) -> Table:
    columns = [
        Column(texts("inspection.kind"), width="middle"),
        Column(texts("inspection.where"), "code"),
        Column(texts("inspection.count"), "count"),
        Column(texts("inspection.rejects"), "count"),
        Column(texts("inspection.keys"), "code", "wide"),
    ]
    rows = [_finding_row(finding, texts) for finding in view.findings]
    return Table(texts("inspection.findings"), columns, rows, texts("inspection.none"))


def _finding_row(finding: Finding, texts: Texts) -> Row:
    own = f"inspection.codes.{finding.code}"
    kind = texts(own) if own in texts.entries else texts.name("rules", finding.code)
    where = f"{finding.table}.{finding.column}" if finding.column else path_text(finding.path)
    shown = [f"{one_line(value)}: {count:,}" for value, count in finding.values]
    examples = "\n".join([*shown, *finding.keys[:1]])
    cells = (kind, where, finding.count, finding.rejects, examples)
    return Row(cells, flagged=finding.severity == "reject")


def _attributes(view: ModelView, texts: Texts) -> Table:
    columns = [
        Column(texts("inspection.attribute"), "code"),
        Column(texts("inspection.status"), width="word"),
        Column(texts("inspection.present"), "count"),
        Column(texts("inspection.nulls"), "count"),
        Column(texts("inspection.empties"), "count"),
        Column(texts("inspection.length"), "number"),
        Column(texts("inspection.distinct"), "number"),
        Column(texts("inspection.content"), width="wide"),
    ]
    rows = [_attribute_row(line, texts) for line in view.lines]
    return Table(texts("inspection.attributes"), columns, rows)


def _attribute_row(line: AttributeLine, texts: Texts) -> Row:
    profile = line.profile
    empty = profile.text.code_points.empty if profile.text is not None else 0
    cells = (
        path_text(line.path), texts(f"inspection.statuses.{line.status}"), profile.present,
        profile.types["NULL"], empty, _length(profile), _distinct(profile, texts), _content(line),
    )  # fmt: skip
    return Row(cells, flagged=line.status == "unknown")


def _length(profile: AttributeProfile) -> str:
    if profile.text is None:
        return ""
    lengths = profile.text.code_points
    same = lengths.least == lengths.greatest
    return f"{lengths.least}" if same else f"{lengths.least}–{lengths.greatest}"


def _distinct(profile: AttributeProfile, texts: Texts) -> str:
    parts = [part.distinct for part in (profile.text, profile.number) if part is not None]
    if not parts:
        return ""
    count = f"{sum(part.count for part in parts):,}"
    exact = all(part.is_exact for part in parts)
    return count if exact else texts("inspection.about", count=count)


def _content(line: AttributeLine) -> str:
    """Values where they may be shown and are few, else forms; the most frequent first."""
    profile = line.profile
    words: Counter[str] = Counter()
    for part in (profile.text, profile.number):
        if part is None:
            continue
        # Ids and instants say more by their form; numbers and words by what they are.
        tells = line.shown and set(part.forms) <= _OF_VALUES
        values = part.distinct.values if tells else None
        words.update(part.forms if values is None else values)
    if profile.types["BOOL"]:
        words.update({"true": profile.true, "false": profile.types["BOOL"] - profile.true})
    ordered = sorted(words.items(), key=lambda entry: (-entry[1], entry[0]))
    said = [f"{one_line(word) or '“”'} {count:,}" for word, count in ordered[:_WORDS_MAX] if count]
    return ", ".join(said) + (", …" if len(ordered) > _WORDS_MAX else "")
