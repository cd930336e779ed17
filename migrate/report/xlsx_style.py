"""How the workbook looks, and that no text in it is ever taken for a formula."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from migrate.report.document import Row
from migrate.report.text import Texts

_FONT = "Yu Gothic"
_INK, _MUTED, _ACCENT = "1D2730", "5A6670", "1F4A63"
_PASSED, _FAILED, _FAILED_GROUND = "1C6447", "A32020", "FBEDEB"
# In characters of half width: a SHA-256 fits on one line, longer texts wrap.
_WIDTH_MIN, _WIDTH_MAX = 11, 70
_PARAGRAPH = "ABCDEFG"  # the columns that a paragraph spans
_LINE_HEIGHT = 15.0  # points, for 10 point text
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Style:
    """Styles of one sheet, applied row by row, then over all of it."""

    def __init__(self, sheet: Any, texts: Texts) -> None:
        self.sheet = sheet
        self.texts = texts
        self.free_rows: set[int] = set()  # their text may run over the next cells
        self.paragraphs: dict[int, str] = {}  # text by row, over merged cells

    def title(self, row: int) -> None:
        self._font(self.sheet.cell(row, 1), size=16, bold=True, color=_ACCENT)
        self.sheet.row_dimensions[row].height = 28
        self.free_rows.add(row)

    def heading(self, row: int) -> None:
        self._font(self.sheet.cell(row, 1), size=12, bold=True, color=_ACCENT)
        self.sheet.row_dimensions[row].height = 22
        self.free_rows.add(row)

    def paragraph(self, row: int, text: str) -> None:
        self._font(self.sheet.cell(row, 1), color=_MUTED)
        self.sheet.merge_cells(
            start_row=row, end_row=row, start_column=1, end_column=len(_PARAGRAPH)
        )
        self.sheet.cell(row, 1).alignment = self._alignment(wrap=True)
        self.paragraphs[row] = text
        self.free_rows.add(row)

    def header(self, row: int, columns: int) -> None:
        from openpyxl.styles import PatternFill

        for column in range(1, columns + 1):
            cell = self.sheet.cell(row, column)
            self._font(cell, bold=True, color="FFFFFF")
            cell.fill = PatternFill("solid", start_color=_ACCENT)
            cell.alignment = self._alignment(wrap=True)

    def row(self, row: int, kinds: Sequence[str], content: Row, *, total: bool) -> None:
        from openpyxl.styles import Border, PatternFill, Side

        line = Side("thin" if total else "hair", color=_MUTED)
        for column, kind in enumerate(kinds, 1):
            cell = self.sheet.cell(row, column)
            self._value(cell, kind, bold=total)
            cell.border = Border(top=line, bottom=line)
            if content.flagged:
                cell.fill = PatternFill("solid", start_color=_FAILED_GROUND)

    def fact(self, row: int, kind: str) -> None:
        label, value = self.sheet.cell(row, 1), self.sheet.cell(row, 2)
        self._font(label, color=_MUTED)
        label.alignment = self._alignment(wrap=True)
        self._value(value, kind)
        value.alignment = self._alignment(wrap=True, horizontal="left")

    def finish(self) -> None:
        """Widths and heights, the printed page, and every text marked as text."""
        widths = dict.fromkeys(_PARAGRAPH, 0)
        for cell in self._filled():
            if isinstance(cell.value, str):
                keep_as_text(cell)
            longest = max(map(half_widths, shown(cell.value).split("\n")))
            widths[cell.column_letter] = max(widths.get(cell.column_letter, 0), longest)
        for letter, width in widths.items():
            self.sheet.column_dimensions[letter].width = min(max(width + 4, _WIDTH_MIN), _WIDTH_MAX)
        self._set_heights()
        self.sheet.sheet_view.showGridLines = False
        self.sheet.page_setup.orientation = "landscape"
        self.sheet.page_setup.paperSize = self.sheet.PAPERSIZE_A4
        self.sheet.page_setup.fitToHeight = 0
        self.sheet.sheet_properties.pageSetUpPr.fitToPage = True

    def _filled(self) -> Iterator[Any]:
        """Cells of tables and facts; texts that may run over the next cells are only marked."""
        for cell in (cell for row in self.sheet.iter_rows() for cell in row):
            if cell.row not in self.free_rows and cell.value is not None:
                yield cell
            elif isinstance(cell.value, str):
                keep_as_text(cell)

    def _set_heights(self) -> None:
        # Not every program fits rows to wrapped text when it opens a workbook.
        lines: dict[int, int] = {}
        for cell in self._filled():
            room = self.sheet.column_dimensions[cell.column_letter].width - 3
            parts = shown(cell.value).split("\n")
            needed = sum(max(math.ceil(half_widths(part) / room), 1) for part in parts)
            lines[cell.row] = max(lines.get(cell.row, 1), needed)
        room = sum(self.sheet.column_dimensions[letter].width for letter in _PARAGRAPH) - 6
        for row, text in self.paragraphs.items():
            lines[row] = math.ceil(half_widths(text) / room)
        for row, count in lines.items():
            self.sheet.row_dimensions[row].height = _LINE_HEIGHT * count + 3

    def _value(self, cell: Any, kind: str, *, bold: bool = False) -> None:
        marks = {self.texts("mark.passed"): _PASSED, self.texts("mark.failed"): _FAILED}
        if kind == "mark":
            self._font(cell, bold=True, color=marks.get(cell.value, _INK))
            cell.alignment = self._alignment(horizontal="center")
            return
        self._font(cell, bold=bold)
        numeric = isinstance(cell.value, (int, float))
        right = numeric or kind in {"number", "duration", "count"}
        cell.alignment = self._alignment(wrap=True, horizontal="right" if right else "left")
        if numeric:
            cell.number_format = self._format(cell.value, kind)

    def _format(self, value: float, kind: str) -> str:
        if kind == "duration":
            unit = self.texts("duration.seconds", seconds="").strip()
            return f'#,##0.00" {unit}"'
        return "#,##0" if value == int(value) else "#,##0.00"

    def _font(self, cell: Any, *, size: int = 10, bold: bool = False, color: str = _INK) -> None:
        from openpyxl.styles import Font

        cell.font = Font(name=_FONT, size=size, bold=bold, color=color)

    def _alignment(self, *, wrap: bool = False, horizontal: str = "left") -> Any:
        from openpyxl.styles import Alignment

        indent = 1 if wrap and horizontal == "left" else 0  # off the number in the next column
        return Alignment(horizontal=horizontal, vertical="top", wrap_text=wrap, indent=indent)


def keep_as_text(cell: Any) -> None:
    """Make a cell's string a string: openpyxl reads `=...` as a formula, `#N/A` as an error.

    The quote prefix keeps it text when somebody edits the cell or saves the sheet as CSV.
    """
    cell.data_type = "s"
    if cell.value.startswith(_FORMULA_STARTS):
        cell.quotePrefix = True


def shown(value: Any) -> str:
    """A cell's value about as Excel shows it, to measure it."""
    return f"{value:,}" if isinstance(value, (int, float)) else str(value)


def half_widths(text: str) -> int:
    """The width of `text` in half-width characters; Japanese ones take two."""
    return sum(2 if unicodedata.east_asian_width(mark) in "WFA" else 1 for mark in text)
