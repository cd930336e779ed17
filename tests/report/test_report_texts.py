"""The words of the reports are complete and the same in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from migrate.errors import FixInputError
from migrate.report.sections import SECTIONS
from migrate.report.text import LANGUAGES, Texts

_REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "mapping-language.md"


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_the_same_ids() -> None:
    japanese, english = (Texts.load(lang).entries for lang in LANGUAGES)
    assert list(japanese) == list(english)


@pytest.mark.parametrize("text_id", sorted(Texts.load("ja").entries))
def test_a_text_has_the_same_placeholders_in_both_languages(text_id: str) -> None:
    japanese, english = (Texts.load(lang).entries[text_id] for lang in LANGUAGES)
    assert _placeholders(japanese) == _placeholders(english)


def test_no_text_is_empty() -> None:
    for lang in LANGUAGES:
        assert [name for name, text in Texts.load(lang).entries.items() if not text.strip()] == []


def test_every_rule_of_the_mapping_language_has_a_meaning() -> None:
    section = _REFERENCE.read_text(encoding="utf-8").split("## Rules")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    rules = {rule for row in rows for rule in re.findall(r"`([a-z0-9-]+)`", row)}
    assert len(rules) > 20
    assert rules == {
        name.removeprefix("rules.") for name in Texts.load("ja").entries if name[:6] == "rules."
    }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_sheet_names_are_valid_in_excel_and_differ(lang: str) -> None:
    texts = Texts.load(lang)
    names = [texts("sheets.judgement"), *(texts(f"sections.{name}.sheet") for name in SECTIONS)]
    assert len(set(names)) == len(names)
    for name in names:
        assert len(name) <= 31
        assert not set(name) & set("[]:*?/\\")


def test_counts_choose_the_word_that_fits() -> None:
    texts = Texts.load("en")
    assert texts("sentence.table", table="t", rows=1) == "t (1 row)"
    assert texts("sentence.table", table="t", rows=1234) == "t (1,234 rows)"


def test_braces_in_a_value_are_not_placeholders() -> None:
    assert Texts.load("en")("sentence.table", table="{rows}", rows=2) == "{rows} (2 rows)"


def test_an_unknown_word_of_the_record_stays_as_it_is() -> None:
    assert Texts.load("ja").name("rules", "a-rule-of-tomorrow") == "a-rule-of-tomorrow"


def test_an_unknown_language_is_refused_with_the_known_ones() -> None:
    with pytest.raises(FixInputError) as caught:
        Texts.load("fr")
    assert "ja, en" in caught.value.hint
