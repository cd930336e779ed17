"""report.xlsx: one sheet a section, numbers as numbers, and text that stays text."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from migrate.report.record import Record
from migrate.report.sections import SECTIONS
from migrate.report.text import LANGUAGES, Texts
from migrate.report.xlsx import render_xlsx
from tests.report.sample_record import (
    different_record,
    hostile_record,
    passed_record,
    unfinished_record,
)


def _workbook(record: Record, folder: Path, lang: str = "ja") -> Any:
    import openpyxl

    path = folder / "report.xlsx"
    render_xlsx(record, path, lang)
    return openpyxl.load_workbook(path)


def _cells(sheet: Any) -> list[Any]:
    return [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_there_is_one_sheet_a_section_after_the_verdict(lang: str, tmp_path: Path) -> None:
    texts = Texts.load(lang)
    sections = [texts(f"sections.{name}.sheet") for name in SECTIONS]
    workbook = _workbook(different_record(), tmp_path, lang)
    assert workbook.sheetnames == [texts("sheets.judgement"), *sections]


def test_the_first_sheet_says_the_verdict_and_what_is_different(tmp_path: Path) -> None:
    sheet = _workbook(different_record(), tmp_path).worksheets[0]
    values = [cell.value for cell in _cells(sheet)]
    assert "不合格" in values
    assert any(str(value).startswith("4表で計6行の差異があります") for value in values)


def test_counts_are_numbers_and_headers_are_styled(tmp_path: Path) -> None:
    sheet = _workbook(passed_record(), tmp_path)["5 移行結果"]
    header = next(cell for cell in _cells(sheet) if cell.value == "論理削除")
    assert header.font.bold
    assert header.fill.fgColor.rgb.endswith("1F4A63")
    user = next(cell for cell in _cells(sheet) if cell.value == "User")
    counts = [sheet.cell(user.row, column).value for column in range(2, 7)]
    assert counts == [1200, 1183, 11, 0, 6]
    assert sheet.cell(user.row, 2).number_format == "#,##0"


def test_columns_are_wide_enough_to_read_and_narrow_enough_to_print(tmp_path: Path) -> None:
    for sheet in _workbook(different_record(), tmp_path).worksheets:
        used = {cell.column_letter for cell in _cells(sheet)} - {"A"}
        for letter in used:
            assert 11 <= sheet.column_dimensions[letter].width <= 70
        assert sheet.page_setup.orientation == "landscape"


@pytest.mark.parametrize("start", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "#N/A"])
def test_text_that_looks_like_a_formula_stays_text(start: str, tmp_path: Path) -> None:
    workbook = _workbook(hostile_record(start), tmp_path)
    planted = [
        cell
        for sheet in workbook.worksheets
        for cell in _cells(sheet)
        if str(cell.value).startswith(start)
    ]
    assert len(planted) > 100
    assert {cell.data_type for cell in planted} == {"s"}
    assert {bool(cell.quotePrefix) for cell in planted} == {start != "#N/A"}
    with zipfile.ZipFile(tmp_path / "report.xlsx") as archive:
        for name in archive.namelist():
            assert b"<f>" not in archive.read(name)


def test_characters_that_excel_refuses_become_visible(tmp_path: Path) -> None:
    workbook = _workbook(hostile_record("\x00\x1b"), tmp_path)
    values = [str(cell.value) for cell in _cells(workbook.worksheets[0])]
    assert any(value.startswith("\u2400\u241b") for value in values)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_unfinished_rehearsal_has_a_workbook_too(lang: str, tmp_path: Path) -> None:
    assert len(_workbook(unfinished_record(), tmp_path, lang).worksheets) == len(SECTIONS) + 1
