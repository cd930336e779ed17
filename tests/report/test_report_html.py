"""report.html: its structure, what it says, and that nobody's text becomes markup."""

from __future__ import annotations

import re
import socket
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from migrate.report.html import breakable, css_string, render_html
from migrate.report.json_form import content_hash
from migrate.report.record import Criterion, Record
from migrate.report.text import LANGUAGES
from tests.report.sample_record import (
    different_record,
    hostile_record,
    passed_record,
    unfinished_record,
    unmet_record,
)

_VOID = {"meta", "link", "wbr"}
_RECORDS = {
    "passed": passed_record,
    "different": different_record,
    "unmet": unmet_record,
    "unfinished": unfinished_record,
}


class Page(HTMLParser):
    """A page's elements, ids, visible text, and what it would fetch."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        named = dict(attrs)
        self.ids += [named["id"] or ""] if "id" in named else []
        for name, value in attrs:
            assert not name.startswith("on"), f"{tag} has {name}"
            if name in {"src", "srcset", "action", "data"} or (name, tag) == ("href", "link"):
                self.fetched.append(value or "")
            elif name == "href":
                self.links.append(value or "")
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"[ \n]+", " ", "".join(self.words))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", _RECORDS)
def test_the_page_is_well_formed_self_contained_and_without_scripts(name: str, lang: str) -> None:
    html = render_html(_RECORDS[name](), lang)
    page = Page(html)
    assert page.open == []
    assert "script" not in page.tags
    assert page.fetched == ["data:,"]
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert not re.search(r"https?://|url\(|@import", html)


def test_the_chapters_follow_a_japanese_rehearsal_report() -> None:
    html = render_html(passed_record(), "ja")
    titles = re.findall(r'<h2><span class="number">(.*?)</span>(.*?)</h2>', html)
    assert titles == [
        ("1", "目的・範囲"),
        ("2", "実施日時・環境・体制"),
        ("3", "本番との差異"),
        ("4", "タイムチャート予実"),
        ("5", "移行結果（件数・容量・所要時間）"),
        ("6", "検証結果"),
        ("7", "切り戻し訓練結果"),
        ("8", "発生事象・課題一覧"),
        ("9", "本番への反映事項"),
        ("10", "判定・承認"),
        ("付録", "版数・ハッシュ一覧"),
    ]


def test_the_verdict_comes_before_everything_but_the_head() -> None:
    html = render_html(different_record(), "ja")
    marks = ['class="head"', 'id="verdict"', 'class="criteria"', 'class="contents"', 'id="scope"']
    assert sorted(marks, key=html.index) == marks


def test_the_head_carries_number_revision_date_in_japan_and_three_seals() -> None:
    text = Page(render_html(passed_record(), "ja")).text
    assert "文書番号20260611T021500Z-local-7f3a9c 版数1.0 作成日時2026-06-11 11:16 JST" in text
    assert "作成 確認 承認" in text


def test_an_unmeasured_criterion_is_shown_as_not_met_even_if_it_says_passed() -> None:
    record = replace(passed_record(), criteria=[Criterion("orphans", 0, None, True)])
    row = re.search(
        r"<tr[^>]*>(?:(?!</tr>).)*orphans.*?</tr>", render_html(record, "en"), re.DOTALL
    )
    assert row
    assert "×" in row[0]
    assert "not measured" in row[0]
    assert "○" not in row[0]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_everything_of_the_record_is_in_the_page(lang: str) -> None:
    record = different_record()
    text = Page(render_html(record, lang)).text
    expected = {
        record.run_id, record.profile, content_hash(record),
        *record.environment.values(), *record.versions.values(), *record.document.values(),
        *(line.id for line in record.criteria),
        *(line.model for line in record.accounting),
        *(line.list for line in record.children),
        *(line.table for line in record.reconciliation),
        *(line.suite for line in record.suites),
        *(rule.rule for rule in record.rejects),
        *(rule.reason for rule in record.rejects),
        *(value for rule in record.rejects for example in rule.examples
          for value in example.values()),
        *(value for line in record.differences for value in line.key.values()),
        *(column.column for line in record.differences for column in line.columns),
        *(run["run_id"] for run in record.earlier),
        *record.foreign,
    }  # fmt: skip
    assert {word for word in expected if word not in text} == set()


def test_the_fall_back_drill_is_said_not_to_have_happened() -> None:
    assert "切り戻し訓練は、本リハーサルの対象に含まれていません" in render_html(
        passed_record(), "ja"
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_unfinished_rehearsal_claims_nothing_that_was_not_measured(lang: str) -> None:
    html = render_html(unfinished_record(), lang)
    claims = {"ja": "差異はありません", "en": "There are no differences"}
    assert claims[lang] not in html
    assert {"ja": "未測定です", "en": "Not measured."}[lang] in html


@pytest.mark.parametrize("lang", LANGUAGES)
def test_markup_in_any_string_of_the_record_stays_text(lang: str) -> None:
    html = render_html(hostile_record("<script>alert(1)</script>\"'&</style>"), lang)
    page = Page(html)
    assert "script" not in page.tags
    assert page.open == []
    assert html.count("</style>") == 1
    assert page.text.count("<script>alert(1)</script>") > 200


def test_template_syntax_in_the_record_is_not_evaluated() -> None:
    assert "{{ 7 * 7 }}" in render_html(hostile_record("{{ 7 * 7 }}"), "en")


def test_nothing_of_the_machine_appears_in_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "planted-password-1")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted-secret-2")
    html = render_html(passed_record(), "ja")
    for planted in ("planted-password-1", "planted-secret-2", socket.gethostname(), __file__):
        assert planted not in html


def test_the_same_record_gives_the_same_page() -> None:
    assert render_html(different_record(), "ja") == render_html(different_record(), "ja")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_record_with_nothing_in_it_renders_and_does_not_pass(lang: str) -> None:
    record = Record("run", "local", "unfinished", passed=False)
    assert 'class="verdict unfinished"' in render_html(record, lang)


def test_long_keys_get_places_to_break_and_keep_their_text() -> None:
    key = "id=" + "a" * 70 + "/b_c.d"
    pieces = str(breakable(key)).split("<wbr>")
    assert "".join(pieces) == key
    assert max(map(len, pieces)) <= 12
    assert str(breakable("AssessmentSession")) == "Assessment<wbr>Session"
    assert str(breakable("除外データ（312文字）")) == "除外データ（312文字）"


def test_css_strings_cannot_be_left() -> None:
    assert css_string('a"}\n</style>') == "a\\000022\\00007D\\00000A\\00003C\\00002Fstyle\\00003E"
