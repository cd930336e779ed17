"""What is found in items, and what the patch proposes about it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from migrate.mapping.files import load_files
from migrate.pipeline.inspect_attributes import path_text
from migrate.pipeline.inspect_document import document_json
from tests.inspect.things import document_of, tally_of, uid, with_ids, write_mapping

_CASES = yaml.safe_load(
    (Path(__file__).parents[1] / "cases/inspect/findings.yaml").read_text(encoding="utf-8")
)


def _apply(patch: str, folder: Path) -> None:
    subprocess.run(
        ["patch", "-p1", "--fuzz=0", "--quiet"], input=patch.encode(), cwd=folder, check=True
    )


@pytest.mark.parametrize("case", _CASES, ids=[case["name"] for case in _CASES])
def test_a_case(case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = write_mapping(tmp_path / "mappings", case["columns"], case.get("mapping"))
    document = document_of(files, tally_of(files, with_ids(case["items"])))
    found = [[f.code, path_text(f.path), f.count, f.rejects] for f in document.findings]
    assert sorted(found) == sorted(case["findings"])
    added = "\n".join(
        line for line in document.patch.text.split("\n") if line.startswith(("+", "-"))
    )
    for text in case.get("patch", []):
        assert text in added
    for text in case.get("never", []):
        assert text not in document.patch.text
        assert text not in str(document_json(document))
    if document.patch.text:
        _apply(document.patch.text, tmp_path)
        load_files(tmp_path / "mappings")


def test_applying_an_edit_lets_the_refused_items_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    columns = {
        "kind": {"from": "kind", "type": "text", "values": {"A": "a"}, "class": "public"},
        "n": {"from": "n", "type": "integer"},
        "t": {"from": "t", "type": "timestamp", "required": True},
        "l": {"from": "l", "type": "text[]"},
    }
    items = with_ids(
        [
            {"kind": {"S": "B"}, "n": {"S": "7"}, "t": {"N": "1777597323"}},
            {"kind": {"S": "no, word"}, "l": {"L": [{"NULL": True}]}},
        ]
    )
    files = write_mapping(tmp_path / "mappings", columns)
    before = tally_of(files, items)
    assert before.outcomes["rejected"] == 2
    _apply(document_of(files, before).patch.text, tmp_path)
    after = tally_of(load_files(tmp_path / "mappings"), items)
    assert after.outcomes == {"loaded": 2}


def test_a_second_patch_repeats_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    items = with_ids([{"more": {"S": "x"}, "n": {"S": "x"}}])
    files = write_mapping(tmp_path / "mappings", {"n": {"from": "n", "type": "integer"}})
    _apply(document_of(files, tally_of(files, items)).patch.text, tmp_path)
    files = load_files(tmp_path / "mappings")
    assert document_of(files, tally_of(files, items)).patch.text == ""


@pytest.mark.parametrize("change", ["crlf", "bom", "no-last-newline"])
def test_a_patch_fits_files_of_every_kind(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_mapping(tmp_path / "mappings", {"a": {"from": "a", "type": "text", "required": True}})
    path = tmp_path / "mappings" / "Thing.yaml"
    text = path.read_bytes()
    changed = {
        "crlf": text.replace(b"\n", b"\r\n"),
        "bom": b"\xef\xbb\xbf" + text,
        "no-last-newline": text.rstrip(b"\n"),
    }[change]
    path.write_bytes(changed)
    files = load_files(tmp_path / "mappings")
    patch = document_of(files, tally_of(files, with_ids([{}]))).patch.text
    subprocess.run(
        ["patch", "-p1", "--fuzz=0", "--binary"], input=patch.encode(), cwd=tmp_path, check=True,
        capture_output=True,
    )  # fmt: skip
    assert b"required: false" in path.read_bytes()
    assert (b"\r\n" in path.read_bytes()) == (change == "crlf")


def test_keys_are_shown_in_order_and_only_a_few(tmp_path: Path) -> None:
    files = write_mapping(tmp_path / "m", {"n": {"from": "n", "type": "integer"}})
    items = with_ids([{"n": {"S": "secret"}}] * 7)
    [finding] = document_of(files, tally_of(files, items[::-1])).findings
    assert finding.keys == tuple(f'{{"id":{{"S":"{uid(number)}"}}}}' for number in range(3))


def test_a_key_about_a_person_is_not_shown(tmp_path: Path) -> None:
    columns = {
        "mail": {"from": "id", "type": "text", "class": "personal"},
        "n": {"from": "n", "type": "integer"},
    }
    files = write_mapping(tmp_path / "m", columns)
    [finding] = document_of(files, tally_of(files, with_ids([{"n": {"S": "x"}}]))).findings
    assert finding.keys == ()


def test_an_attribute_missing_in_a_sample_may_be_elsewhere(tmp_path: Path) -> None:
    files = write_mapping(tmp_path / "m", {"a": {"from": "a", "type": "text"}})
    assert document_of(files, tally_of(files, with_ids([{}])), complete=False).findings == []
