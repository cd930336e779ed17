"""Chapter 2: when, where and by whom."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.report.display import clock, parsed
from migrate.report.document import Block, Fact, Facts
from migrate.report.record import Record
from migrate.report.text import Texts

_PEOPLE = ("operator", "witness", "reviewer")


def blocks(record: Record, texts: Texts) -> Sequence[Block]:
    """Dates, environment and people, each as the record names them."""
    places = {name: value for name, value in record.environment.items() if name not in _PEOPLE}
    return [
        Facts(texts("setting.when"), _when(record, texts)),
        Facts(texts("setting.environment"), _environment(record, places, texts)),
        Facts(texts("setting.people"), _people(record, texts)),
    ]


def _when(record: Record, texts: Texts) -> list[Fact]:
    start, end = parsed(record.started_at), parsed(record.finished_at)
    seconds = (end - start).total_seconds() if start and end else None
    return [
        Fact(texts("setting.started_at"), clock(record.started_at, seconds=True)),
        Fact(texts("setting.finished_at"), clock(record.finished_at, seconds=True)),
        Fact(texts("setting.seconds"), seconds, "duration"),
    ]


def _environment(record: Record, places: dict[str, str], texts: Texts) -> list[Fact]:
    facts = [Fact(texts("setting.profile"), record.profile)]
    return facts + [Fact(texts.name("environment", name), value) for name, value in places.items()]


def _people(record: Record, texts: Texts) -> list[Fact]:
    unrecorded = texts("setting.unrecorded")
    return [
        Fact(texts.name("environment", name), record.environment.get(name) or unrecorded)
        for name in _PEOPLE
    ]
