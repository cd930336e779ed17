"""Writes the four reports of a rehearsal into its folder, each whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from migrate.report.atomic import write_atomically
from migrate.report.html import render_html
from migrate.report.json_form import render_json
from migrate.report.junit import render_junit
from migrate.report.record import Record
from migrate.report.xlsx import render_workbook

_NAMES = {
    "html": "report.html",
    "json": "report.json",
    "junit": "junit.xml",
    "xlsx": "report.xlsx",
}


def write_reports(record: Record, folder: Path, lang: str) -> dict[str, str]:
    """Write report.html (in `lang`), report.json, junit.xml and report.xlsx.

    Returns their paths by kind. Inside the reports `report` holds the bare names, so that the
    content and its hash stay the same when the folder is moved.
    """
    named = replace(record, report=dict(_NAMES))
    renderers: dict[str, Callable[[], bytes]] = {
        "html": lambda: _encoded(render_html(named, lang)),
        "json": lambda: _encoded(render_json(named)),
        "junit": lambda: _encoded(render_junit(named)),
        "xlsx": lambda: render_workbook(named, lang),
    }
    content = {kind: render() for kind, render in renderers.items()}
    paths = {kind: folder / name for kind, name in _NAMES.items()}
    for kind, path in paths.items():
        write_atomically(path, content[kind])
    return {kind: str(path) for kind, path in paths.items()}


def _encoded(text: str) -> bytes:
    # A lone surrogate has no UTF-8; escaped it is still the same JSON string.
    return text.encode("utf-8", "backslashreplace")
