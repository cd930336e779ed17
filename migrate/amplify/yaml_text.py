"""A mapping draft as YAML text: one line a column where it fits, names aligned, comments kept."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from migrate.amplify.draft import ColumnDraft, MappingDraft, TableDraft

# Wide enough for a column with its modifiers; a longer one is written as a block.
_LINE_MAX = 118
_COMMENT_MAX = 100

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./'-]*(?: [A-Za-z0-9_./()'-]+)*\Z")
# Words that YAML 1.1 readers and editors take for something else are quoted, though ours would not.
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def mapping_text(draft: MappingDraft) -> str:
    """The whole file."""
    lines = [*_comment(draft.comments), "mapping: 1", f"source: {flow(draft.source)}"]
    lines += [f"target: {draft.root.target}", *_columns(draft.root, ""), *_indexes(draft.root, "")]
    for name, tables in (("tables", draft.tables), ("children", draft.children)):
        if tables:
            lines += ["", f"{name}:"]
            for number, table in enumerate(tables):
                lines += [""] * (number > 0) + list(_further(table))
    if draft.leave:
        lines += [""] * bool(draft.tables or draft.children) + ["leave:"]
        lines += [f"  {scalar(name)}: {_reason(reason)}" for name, reason in draft.leave.items()]
    lines += ["unknown: reject", "duplicates: reject-all", "orphans: reject"]
    return "\n".join(lines) + "\n"


def _reason(text: str) -> str:
    """Alone on its line, a text may hold commas, which flow style would take for its own."""
    return text if scalar(text.replace(",", "")) == text.replace(",", "") else scalar(text)


def _comment(paragraphs: list[str]) -> Iterator[str]:
    for paragraph in paragraphs:
        for line in textwrap.wrap(paragraph, _COMMENT_MAX - 2, break_long_words=False):
            yield f"# {line}"


def _further(table: TableDraft) -> Iterator[str]:
    """An entry of `tables` or `children`."""
    for line in _comment([table.comment] if table.comment else []):
        yield f"  {line}"
    first = {"list": table.head["list"]} if "list" in table.head else {}
    entries = {**first, "target": table.target, **table.head}
    for number, (name, value) in enumerate(entries.items()):
        yield f"  {'- ' if number == 0 else '  '}{name}: {flow(value)}"
    yield from _columns(table, "    ")
    yield from _indexes(table, "    ")


def _columns(table: TableDraft, indent: str) -> Iterator[str]:
    yield f"{indent}columns:"
    width = max(len(name) for name in table.columns) + 1
    for name, column in table.columns.items():
        yield from _column(f"{scalar(name)}:".ljust(width), column, f"{indent}  ")


def _column(label: str, column: ColumnDraft, indent: str) -> Iterator[str]:
    line = f"{indent}{label} {flow(column.entries)}"
    if len(line) <= _LINE_MAX:
        yield line + (f"   # {column.comment}" if column.comment else "")
        return
    yield f"{indent}{label.rstrip()}" + (f"   # {column.comment}" if column.comment else "")
    for name, value in column.entries.items():
        yield from _entry(name, value, f"{indent}  ")


def _entry(name: str, value: Any, indent: str) -> Iterator[str]:
    line = f"{indent}{name}: {flow(value)}"
    if len(line) <= _LINE_MAX or not isinstance(value, dict):
        yield line
        return
    yield f"{indent}{name}:"
    for key, inner in value.items():
        yield f"{indent}  {scalar(key)}: {flow(inner)}"


def _indexes(table: TableDraft, indent: str) -> Iterator[str]:
    if table.indexes:
        yield f"{indent}indexes: {flow(table.indexes)}"


def flow(value: Any) -> str:
    """A value in YAML's flow style; one that stands alone on a line reads as plain text."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(one) for one in value) + "]"
    return scalar(value)


def scalar(value: Any) -> str:
    """A scalar, quoted where YAML would read it as something else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = str(value)
    if _PLAIN.match(text) and text.lower() not in _WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)
