"""The page in a real browser: nothing in the console, nothing over the edge, verdict in sight."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from migrate.report.html import render_html
from migrate.report.text import LANGUAGES
from tests.report import browser
from tests.report.sample_record import (
    different_record,
    hostile_record,
    passed_record,
    unfinished_record,
)

pytestmark = pytest.mark.skipif(browser.CHROMIUM is None, reason="chromium is not installed")

_RECORDS = {"passed": passed_record, "different": different_record, "unfinished": unfinished_record}
_VIEWPORTS = {"screen": (1280, 720), "A4": (794, 1123)}
_WORDS = {
    ("passed", "ja"): "合格", ("passed", "en"): "Passed",
    ("different", "ja"): "不合格", ("different", "en"): "Failed",
    ("unfinished", "ja"): "不合格（未完了）", ("unfinished", "en"): "Failed — unfinished",
}  # fmt: skip


@pytest.mark.parametrize("viewport", _VIEWPORTS)
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", _RECORDS)
def test_nothing_overflows_and_the_verdict_is_in_sight(
    name: str, lang: str, viewport: str, tmp_path: Path
) -> None:
    width, height = _VIEWPORTS[viewport]
    found = browser.measured(render_html(_RECORDS[name](), lang), width, height, tmp_path)
    assert found["width"] == width
    assert found["scroll_width"] <= width
    assert found["wide"] == []
    assert found["scrolling"] == []
    assert 0 < found["verdict_bottom"] <= height
    assert found["verdict_height"] > 100
    assert _WORDS[name, lang] in found["verdict_text"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_ids_without_end_wrap_at_every_width(lang: str, tmp_path: Path) -> None:
    page = render_html(hostile_record("x" * 180), lang)
    for width, height in _VIEWPORTS.values():
        found = browser.measured(page, width, height, tmp_path)
        assert found["scroll_width"] <= width
        assert found["wide"] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_console_stays_silent(lang: str, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text(render_html(hostile_record("<script>alert(1)</script>"), lang), "utf-8")
    assert browser.console(page, tmp_path / "profile") == []


def test_the_console_of_a_page_with_an_error_is_heard(tmp_path: Path) -> None:
    page = tmp_path / "bad.html"
    page.write_text("<!DOCTYPE html><title>bad</title><script>missing()</script>", "utf-8")
    assert browser.console(page, tmp_path / "profile")


@pytest.mark.parametrize("name", _RECORDS)
def test_the_page_prints_on_a4(name: str, tmp_path: Path) -> None:
    page, pdf = tmp_path / "report.html", tmp_path / "report.pdf"
    page.write_text(render_html(_RECORDS[name](), "ja"), "utf-8")
    browser.printed(page, pdf, tmp_path / "profile")
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf.read_bytes())
    assert 5 < len(boxes) < 20
    assert {(round(float(w)), round(float(h))) for w, h in boxes} == {(595, 842)}
