"""The report of a source that changed meanwhile: who wrote, how far behind, and the account."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrate.rehearse.writer.operation import KINDS
from migrate.report.document import Block, Facts, Paragraph, Table
from migrate.report.record import Record
from migrate.report.sections import following, results
from migrate.report.text import LANGUAGES, Texts
from tests.report.sample_parts import following as sample
from tests.report.sample_record import passed_record


def _blocks(record: Record, lang: str = "en") -> list[Block]:
    return list(following.blocks(record, Texts.load(lang)))


def _table(record: Record, title: str, lang: str = "en") -> Table:
    wanted = Texts.load(lang)(title)
    return next(b for b in _blocks(record, lang) if isinstance(b, Table) and b.title == wanted)


def test_a_source_that_stood_still_is_not_spoken_of() -> None:
    still = replace(passed_record(), follow=None)
    assert _blocks(still) == []
    titles = [getattr(block, "title", "") for block in results.blocks(still, Texts.load("en"))]
    assert Texts.load("en")("following.title") not in titles


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_model_stands_with_its_identity(lang: str) -> None:
    table = _table(passed_record(), "following.accounts", lang)
    assert [row.cells[0] for row in table.rows] == ["ChatMessage", "Meeting", "User"]
    assert table.rows[0].cells == ("ChatMessage", 12_400, 11_750, 640, 10, 0, 410, True)
    assert not any(row.flagged for row in table.rows)
    assert table.totals is not None
    assert table.totals.cells[1] == 16_024


def test_what_is_not_settled_is_flagged() -> None:
    follow = sample()
    open_ones = (
        replace(follow.models[0], pending=3, waiting=3),
        replace(follow.models[1], balanced=False),
        follow.models[2],
    )
    record = replace(passed_record(), follow=replace(follow, models=open_ones))
    table = _table(record, "following.accounts")
    assert [row.flagged for row in table.rows] == [True, True, False]
    assert table.totals is not None
    assert table.totals.cells[-1] is False


def test_streams_that_were_not_drained_are_said_to_be_so() -> None:
    record = replace(passed_record(), follow=replace(sample(), drained=False))
    last = _blocks(record)[-1]
    assert isinstance(last, Paragraph)
    assert last.tone == "failed"


def test_lag_and_what_was_written_are_facts() -> None:
    facts = next(block for block in _blocks(passed_record()) if isinstance(block, Facts))
    values = {fact.label: fact.value for fact in facts.facts}
    texts = Texts.load("en")
    assert values[texts("following.lag_seconds_max")] == 31.4
    assert values[texts("following.written")] == 14_000


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_of_change_has_a_name(lang: str) -> None:
    texts = Texts.load(lang)
    assert all(texts.name("written_kinds", kind) != kind for kind in KINDS)
    names = {name.partition(".")[2] for name in texts.entries if name.startswith("written_kinds.")}
    assert names == set(KINDS)
