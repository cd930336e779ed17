"""report.json: written, read back, verified, and as its published schema says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from migrate.errors import AskOperatorError, FixInputError, MigrateError
from migrate.report.json_form import content_hash, read_record, render_json, verify
from migrate.report.record import Record
from migrate.report.schema import record_schema, schema_text
from tests.report.sample_record import (
    different_record,
    hostile_record,
    passed_record,
    unfinished_record,
    unmet_record,
)

_PUBLISHED = Path(__file__).parents[2] / "docs" / "reference" / "report.schema.json"
_RECORDS: list[Callable[[], Record]] = [
    passed_record, different_record, unmet_record, unfinished_record,
    lambda: hostile_record('<script>\x00"\ud800😀'),
]  # fmt: skip


def _written(folder: Path, text: str) -> Path:
    path = folder / "report.json"
    path.write_bytes(text.encode("utf-8", "backslashreplace"))
    return path


@pytest.mark.parametrize("build", _RECORDS)
def test_a_record_comes_back_as_it_was_written(build: Callable[[], Record], tmp_path: Path) -> None:
    path = _written(tmp_path, render_json(build()))
    assert read_record(path) == build()
    verify(path)


def test_japanese_is_readable_in_the_file() -> None:
    assert "HugMeDo データ移行" in render_json(passed_record())


def test_the_hash_depends_on_the_content_and_not_on_how_it_is_written(tmp_path: Path) -> None:
    content = json.loads(render_json(passed_record()))
    shuffled = dict(sorted(content.items(), reverse=True))
    verify(_written(tmp_path, json.dumps(shuffled)))
    assert content["content_hash"] == content_hash(passed_record())
    assert content_hash(passed_record()) != content_hash(unmet_record())


def _edit(content: dict[str, Any]) -> None:
    content["passed"] = True


def _edit_deep(content: dict[str, Any]) -> None:
    content["reconciliation"][3]["different"] = 7


def _add(content: dict[str, Any]) -> None:
    content["remark"] = "reviewed"


@pytest.mark.parametrize("change", [_edit, _edit_deep, _add])
@pytest.mark.parametrize("use", [verify, read_record])
def test_an_edited_file_is_refused(
    use: Callable[[Path], Any], change: Callable[[dict[str, Any]], None], tmp_path: Path
) -> None:
    content = json.loads(render_json(different_record()))
    change(content)
    with pytest.raises(AskOperatorError, match="was changed after it was written"):
        use(_written(tmp_path, json.dumps(content)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("not json", "is not JSON"),
        ('{"format": 1, "format": 1}', "is not JSON"),
        ("[]", "is not a report.json"),
        ("{}", "carries no content hash"),
        ('{"format": 9, "content_hash": "0"}', "has another format"),
    ],
)
def test_what_is_no_report_is_refused_with_a_hint(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(FixInputError, match=message) as caught:
        verify(_written(tmp_path, text))
    assert caught.value.hint


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MigrateError, match="does not exist"):
        read_record(tmp_path / "report.json")


def test_the_published_schema_is_that_of_the_record() -> None:
    hint = "write migrate.report.schema.schema_text() to docs/reference/report.schema.json"
    assert _PUBLISHED.read_text(encoding="utf-8") == schema_text(), hint


@pytest.mark.parametrize("build", _RECORDS[:4])
def test_what_is_written_is_valid_under_the_schema(build: Callable[[], Record]) -> None:
    schema = record_schema()
    content = json.loads(render_json(build()))
    assert _violations(content, schema, schema["$defs"], "$") == []


def test_the_check_against_the_schema_finds_violations() -> None:
    schema = record_schema()
    content = json.loads(render_json(passed_record()))
    content["criteria"][0]["actual"] = [1]
    content["steps"][0]["name"] = None
    content["surprise"] = 1
    del content["run_id"]
    found = _violations(content, schema, schema["$defs"], "$")
    assert found == ["$: required", "$.criteria", "$.steps", "$.surprise"]


def _violations(value: Any, schema: Any, definitions: Any, place: str) -> list[str]:
    """A validator for the words that our schema uses, so that no dependency is needed."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].removeprefix("#/$defs/")]
    if "anyOf" in schema:
        fits = any(not _violations(value, s, definitions, place) for s in schema["anyOf"])
        return [] if fits else [place]
    if ("enum" in schema and value not in schema["enum"]) or value != schema.get("const", value):
        return [place]
    kind = schema.get("type")
    if kind and not _is_a(value, kind):
        return [place]
    if kind == "array":
        lines = [_violations(entry, schema["items"], definitions, place) for entry in value]
        return [place] if any(lines) else []
    return _object_violations(value, schema, definitions, place) if kind == "object" else []


def _object_violations(value: Any, schema: Any, definitions: Any, place: str) -> list[str]:
    found = [] if set(schema.get("required", [])) <= set(value) else [f"{place}: required"]
    named, others = schema.get("properties", {}), schema.get("additionalProperties", {})
    for name, entry in value.items():
        rule = named.get(name, others)
        inner = f"{place}.{name}"
        found += [inner] if rule is False else _violations(entry, rule, definitions, inner)
    return found


def _is_a(value: Any, kind: str) -> bool:
    kinds: dict[str, Any] = {
        "integer": int, "number": (int, float), "string": str, "boolean": bool,
        "null": type(None), "array": list, "object": dict,
    }  # fmt: skip
    return isinstance(value, kinds[kind]) and (kind == "boolean" or not isinstance(value, bool))
