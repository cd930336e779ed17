"""What a schema becomes, case by case: columns, keys, references, tables, findings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from migrate.errors import Problem
from migrate.mapping.files import validate_document
from migrate.mapping.lint import lint
from migrate.yaml_source import parse
from tests.amplify.converting import written

_CASES = Path(__file__).parent.parent / "cases" / "convert"


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}-{case['name'].replace(' ', '-')}")
        for path in sorted(_CASES.glob("*.yaml"))
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize("case", cases())
def test_a_schema_becomes_mappings(case: dict[str, Any], tmp_path: Path) -> None:
    app, found = written(tmp_path, case)
    documents = {found.models[name]: parse(text, name) for name, text in found.texts.items()}
    mappings = {model: validate_document(document) for model, document in documents.items()}
    problems: list[Problem] = lint([(mappings[model], documents[model]) for model in mappings])
    assert problems == []

    values = {model: document.value for model, document in documents.items()}
    for model, source in case.get("source", {}).items():
        assert values[model]["source"] == source
    for model, target in case.get("target", {}).items():
        assert values[model]["target"] == target
    for model, columns in case.get("columns", {}).items():
        there = values[model]["columns"]
        assert {name: there.get(name) for name in columns} == columns
    for model, indexes in case.get("indexes", {}).items():
        assert values[model].get("indexes", []) == indexes
    for model, leave in case.get("leave", {}).items():
        assert list(values[model]["leave"]) == leave
    _check_tables(case, values)
    codes = {one.code for one in [*app.findings, *found.findings]}
    assert set(case.get("findings", [])) <= codes


def _check_tables(case: dict[str, Any], values: dict[str, Any]) -> None:
    there = {
        table["target"]: table
        for value in values.values()
        for table in [*value.get("tables", []), *value.get("children", [])]
    }
    for target, table in case.get("tables", {}).items():
        assert {name: there[target].get(name) for name in table} == table
