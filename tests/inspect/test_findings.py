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


def _apply(patch: str, folder: Path, *options: str) -> None:
    command = ["patch", "-p1", "--fuzz=0", "--quiet", *options]
    subprocess.run(command, input=patch.encode(), cwd=folder, check=True)


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


@pytest.mark.parametrize("change", ["plain", "crlf"])
def test_patches_that_count_anew_leave_one_comment_a_change(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    columns = {
        "kind": {"from": "kind", "type": "text", "values": {"A": "a"}, "class": "public"},
        "short": {"from": "short", "type": "varchar(2)"},
        "n": {"from": "n", "type": "integer"},
    }
    files = write_mapping(tmp_path / "mappings", columns)
    path = tmp_path / "mappings/Thing.yaml"
    if change == "crlf":
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    items: list[dict[str, Any]] = []
    for number in range(3):
        texts = {"kind": {"S": f"B{number}"}, "short": {"S": "x" * (5 + number)}, "n": {"S": "x"}}
        # Another type than the last time: the column that is proposed is another, too.
        items.append(
            {**texts, "more": {"S": "x"} if number % 2 == 0 else {"N": "1"}, "new": {"NULL": True}}
        )
        files = load_files(tmp_path / "mappings")
        patch = document_of(files, tally_of(files, with_ids(items[number:] * (number + 1)))).patch
        _apply(patch.text, tmp_path, "--binary")
    assert _comments(path) == [
        "inspect: kind, 3 items: values that the value map does not list; added as those before"
        " them",
        "inspect: not in values: B2 (3)",
        "inspect: short, 3 items: too-long (longest: 7 characters); widen the type, or shorten it"
        " at the source",
        "inspect: n, 3 items: another type than the column takes; mend it at the source, or take"
        " it as jsonb",
        "inspect: more, 3 items with an attribute nobody named: map it or leave it",
        "more: {from: more, type: text, class: medical}",
        "or leave: {more: why it is not carried over}",
        "inspect: new, 3 items with an attribute nobody named: map it or leave it",
        "new: {from: new, type: jsonb, class: medical}",
        "or leave: {new: why it is not carried over}",
    ]


def _comments(path: Path) -> list[str]:
    lines = [line.strip() for line in path.read_text(encoding="utf-8").split("\n")[1:]]
    return [line.removeprefix("# ") for line in lines if line.startswith("#")]


def test_comments_about_one_name_in_two_places_do_not_replace_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    children = [
        {
            "list": "l",
            "target": "app.ls",
            "columns": {
                "thing_id": {"parent": "id", "type": "uuid", "key": True},
                "place": {"position": 0, "type": "integer", "key": True},
                "a": {"from": "a", "type": "text"},
            },
        }
    ]
    files = write_mapping(tmp_path / "mappings", {}, {"children": children})
    item = {"more": {"S": "x"}, "l": {"L": [{"M": {"a": {"S": "x"}, "more": {"S": "x"}}}]}}
    for count in (1, 2):
        patch = document_of(files, tally_of(files, with_ids([item] * count))).patch
        _apply(patch.text, tmp_path)
        files = load_files(tmp_path / "mappings")
    further = ["more: {from: more, type: text, class: medical}"]
    further.append("or leave: {more: why it is not carried over}")
    assert _comments(tmp_path / "mappings/Thing.yaml") == [
        "inspect: more, 2 items with an attribute nobody named: map it or leave it",
        *further,
        "inspect: l[].more, 2 items with an attribute nobody named: map it or leave it",
        *further,
    ]


def test_what_can_be_done_about_an_attribute_follows_the_last_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not above that column, where it would read as if it were about it."""
    monkeypatch.chdir(tmp_path)
    files = write_mapping(
        tmp_path / "mappings",
        {"n": {"from": "n", "type": "integer"}},
        {"leave": {"gone": "not used"}},
    )
    patch = document_of(files, tally_of(files, with_ids([{"more": {"S": "x"}, "n": {"S": "x"}}])))
    _apply(patch.patch.text, tmp_path)
    text = (tmp_path / "mappings/Thing.yaml").read_text(encoding="utf-8")
    assert [line.split(",")[0].split(":")[0].strip() for line in text.splitlines()[-6:]] == [
        "# inspect", "n", "# inspect", "# more", "# or leave", "leave",
    ]  # fmt: skip


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
