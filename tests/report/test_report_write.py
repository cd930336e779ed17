"""The four files of a rehearsal: whole or not at all, and of one content."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from migrate.errors import FixInputError
from migrate.report.atomic import write_atomically
from migrate.report.json_form import content_hash, read_record, verify
from migrate.report.write import write_reports
from tests.report.sample_record import different_record

_NAMES = ["junit.xml", "report.html", "report.json", "report.xlsx"]


def test_four_files_are_written_and_named(tmp_path: Path) -> None:
    folder = tmp_path / "results" / "run"
    paths = write_reports(different_record(), folder, "ja")
    assert list(paths) == ["html", "json", "junit", "xlsx"]
    assert sorted(path.name for path in folder.iterdir()) == _NAMES
    assert all(Path(path).stat().st_size > 1000 for path in paths.values())
    verify(Path(paths["json"]))


def test_the_page_carries_the_hash_of_the_written_json(tmp_path: Path) -> None:
    paths = write_reports(different_record(), tmp_path, "en")
    record = read_record(Path(paths["json"]))
    html = Path(paths["html"]).read_text(encoding="utf-8").replace("<wbr>", "")
    assert content_hash(record) in html


def test_the_content_does_not_depend_on_where_it_is_written(tmp_path: Path) -> None:
    first = write_reports(different_record(), tmp_path / "a", "ja")
    again = write_reports(read_record(Path(first["json"])), tmp_path / "b", "ja")
    for kind in ("html", "json", "junit"):
        assert Path(first[kind]).read_bytes() == Path(again[kind]).read_bytes()
    assert str(tmp_path) not in Path(first["json"]).read_text(encoding="utf-8")


def test_paths_given_in_the_record_do_not_matter(tmp_path: Path) -> None:
    record = replace(different_record(), report={"html": "/somewhere/else.html"})
    paths = write_reports(record, tmp_path, "ja")
    assert read_record(Path(paths["json"])).report["html"] == "report.html"


def test_a_failed_write_leaves_the_earlier_file_and_no_rest(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_atomically(path, b"before")
    with pytest.raises(TypeError):
        write_atomically(path, "not bytes")  # type: ignore[arg-type]
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FixInputError, match="cannot be written"):
        write_atomically(tmp_path / "file" / "report.html", b"")
