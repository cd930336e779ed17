"""A data file of an incremental export tells what became of each key; both views read alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from migrate.rehearse.sample.export_writer import (
    Layout,
    WrittenChange,
    write_incremental_export,
)
from migrate.source.export import Change, read_incremental_file
from migrate.source.export.store import LocalStore
from tests.source.exports import TABLE, hour, item, only, packed

_CASES = Path(__file__).parent.parent / "cases" / "export" / "changes.yaml"
CASES: list[dict[str, Any]] = yaml.safe_load(_CASES.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_a_line_tells(tmp_path: Path, case: dict[str, Any]) -> None:
    line = case["line"].encode()
    (page,) = read_incremental_file(LocalStore(), packed(tmp_path, line + b"\n", 1))
    assert page.position is None
    if case.get("broken"):
        assert (page.changes, page.broken) == ([], [(1, line)])
    else:
        image = None if case["image"] is None else case["image"].encode()
        assert page.changes == [Change(case["key"], case["at_micros"], image)]
        assert page.broken == []


def changes(count: int) -> list[WrittenChange]:
    """Inserts, updates and deletes in turn."""
    return [
        WrittenChange(
            {"id": {"S": str(n)}},
            1_700_000_000_000_000 + n,
            new=None if n % 3 == 2 else item(n, "新しい"),
            old=None if n % 3 == 0 else item(n, "古い"),
        )
        for n in range(count)
    ]


@pytest.mark.parametrize("view", ["NEW_IMAGE", "NEW_AND_OLD_IMAGES"])
def test_what_the_writer_wrote_is_read_back(tmp_path: Path, view: str) -> None:
    written = changes(100)
    place = write_incremental_export(
        tmp_path, TABLE, written, from_time=hour(10), to_time=hour(11), view=view,
        layout=Layout(files=3, empty_files=1),
    )  # fmt: skip
    export = only(place)
    assert (export.kind, export.view, export.items) == ("incremental", view, 100)
    assert (export.from_time, export.to_time) == (hour(10), hour(11))
    found = [
        change
        for file in export.files
        for page in read_incremental_file(LocalStore(), file)
        for change in page.changes
    ]
    assert len(found) == len(written)
    by_key = {change.key["id"]["S"]: change for change in found}
    for one in written:
        change = by_key[one.key["id"]["S"]]
        assert change.at_micros == one.at_micros
        assert (change.image is None) == (one.new is None)


def test_reading_goes_on_from_a_line(tmp_path: Path) -> None:
    place = write_incremental_export(
        tmp_path, TABLE, changes(9), from_time=hour(10), to_time=hour(11), layout=Layout(files=1)
    )
    (file,) = only(place).files
    (page,) = read_incremental_file(LocalStore(), file, 7)
    assert [change.key["id"]["S"] for change in page.changes] == ["7", "8"]
    assert page.first_line == 8
