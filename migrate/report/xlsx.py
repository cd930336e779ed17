"""report.xlsx: the document as a workbook, one sheet a section, through pandas and openpyxl."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from migrate.report.atomic import write_atomically
from migrate.report.build import document_of
from migrate.report.display import display
from migrate.report.document import (
    Block,
    Chart,
    Document,
    Fact,
    Facts,
    Paragraph,
    Row,
    Table,
    Value,
)
from migrate.report.printable import printable
from migrate.report.record import Record
from migrate.report.text import Texts
from migrate.report.xlsx_style import Style

_NUMBERS = {"count", "number", "duration"}


def render_xlsx(record: Record, path: Path, lang: str) -> None:
    """Write the workbook in `ja` or `en` to `path`, whole or not at all."""
    write_atomically(path, render_workbook(record, lang))


def render_workbook(record: Record, lang: str) -> bytes:
    """The bytes of the workbook in `ja` or `en`."""
    import pandas

    texts = Texts.load(lang)
    document = document_of(record, lang)
    buffer = BytesIO()
    with pandas.ExcelWriter(buffer, engine="openpyxl") as writer:
        for name, title, blocks in _sheets(document, texts):
            pandas.DataFrame().to_excel(writer, sheet_name=name, index=False)
            sheet = Sheet(writer, name, texts, Style(writer.sheets[name], texts))
            sheet.title(title)
            for block in blocks:
                sheet.add(block)
            sheet.style.finish()
        writer.book.properties.creator = "migrate"
        writer.book.properties.title = printable(f"{document.title} {document.number}")
    return buffer.getvalue()


def _sheets(document: Document, texts: Texts) -> Iterator[tuple[str, str, Sequence[Block]]]:
    judgement = document.judgement
    verdict = [Fact(texts("document.verdict"), judgement.word)]
    yield (
        texts("sheets.judgement"),
        document.title,
        [
            Facts(texts("document.verdict"), verdict),
            *(Paragraph(text) for text in (judgement.sentence, *judgement.details)),
            Facts(texts("document.kind"), [*document.head, *document.figures]),
            document.criteria,
        ],
    )
    for section in document.sections:
        yield section.sheet, f"{section.number} {section.title}", section.blocks


class Sheet:
    """Blocks written below each other into one sheet."""

    def __init__(self, writer: Any, name: str, texts: Texts, style: Style) -> None:
        self.writer = writer
        self.name = name
        self.texts = texts
        self.style = style
        self.row = 1  # the next free row; openpyxl counts from 1

    def title(self, text: str) -> None:
        """The sheet's own heading."""
        self._line(text)
        self.style.title(1)
        self.row += 1

    def add(self, block: Block) -> None:
        """One block and an empty row after it."""
        if isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Facts):
            self._facts(block)
        elif isinstance(block, Chart):
            if block.data is None:
                return
            self._table(block.data)
        else:
            self._line(block.text)
            self.style.paragraph(self.row - 1, block.text)
        self.row += 1

    def _line(self, text: str) -> None:
        self._frame([[printable(text)]])

    def _heading(self, text: str) -> None:
        self._line(text)
        self.style.heading(self.row - 1)

    def _table(self, table: Table) -> None:
        self._heading(table.title)
        if not table.rows:
            self._line(table.empty)
            return
        self._frame([[column.title for column in table.columns]])
        self.style.header(self.row - 1, len(table.columns))
        kinds = [column.kind for column in table.columns]
        rows = [*table.rows, *([table.totals] if table.totals else [])]
        first = self.row
        self._frame([self._cells(row, kinds, total=row is table.totals) for row in rows])
        for offset, row in enumerate(rows):
            self.style.row(first + offset, kinds, row, total=row is table.totals)
        if table.note:
            self._line(table.note)
            self.style.paragraph(self.row - 1, table.note)

    def _facts(self, block: Facts) -> None:
        if not block.facts:
            return
        self._heading(block.title)
        first = self.row
        self._frame([[printable(f.label), self._value(f.value, f.kind)] for f in block.facts])
        for offset, fact in enumerate(block.facts):
            self.style.fact(first + offset, fact.kind)

    def _cells(self, row: Row, kinds: Sequence[Any], *, total: bool) -> list[Value]:
        return [
            "" if total and value is None else self._value(value, kind)
            for value, kind in zip(row.cells, kinds, strict=True)
        ]

    def _value(self, value: Value, kind: Any) -> Value:
        """Numbers stay numbers, so that Excel can add them; all else is text."""
        if kind in _NUMBERS and isinstance(value, (int, float)):
            return value
        return printable(display(value, kind, self.texts))

    def _frame(self, rows: list[list[Any]]) -> None:
        import pandas

        frame = pandas.DataFrame(rows, dtype=object)
        frame.to_excel(
            self.writer, sheet_name=self.name, index=False, header=False, startrow=self.row - 1
        )
        self.row += len(rows)
