"""What is stored for a schema, by every rule: the cases of tests/cases/amplify."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from migrate.amplify.graph import App, Model
from migrate.amplify.read import read_app
from migrate.errors import SpecError
from tests.amplify.shown import attribute_text, custom_type_texts, relation_text

_CASES = Path(__file__).parent.parent / "cases" / "amplify"
_READ = ("keys", "relations_v1", "relations_v2", "many_to_many", "attributes", "generation")

Case = dict[str, Any]


def _cases(*families: str) -> list[Any]:
    return [
        pytest.param(case, id=f"{family}: {case['name']}")
        for family in families
        for case in yaml.safe_load((_CASES / f"{family}.yaml").read_text(encoding="utf-8"))
    ]


def _write(case: Case, folder: Path) -> Path:
    """An Amplify project with the case's schema, flags and conflict handling."""
    api = folder / "amplify" / "backend" / "api" / "app"
    api.mkdir(parents=True)
    (folder / ".git").mkdir()
    schema = api / "schema.graphql"
    schema.write_bytes(case["schema"].encode())
    if "flags" in case:
        features = {"features": {"graphqltransformer": case["flags"]}}
        (folder / "amplify" / "cli.json").write_text(json.dumps(features), encoding="utf-8")
    if "conflict" in case:
        config = {"Version": 5, "ResolverConfig": case["conflict"]}
        (api / "transform.conf.json").write_text(json.dumps(config), encoding="utf-8")
    return schema


@pytest.mark.parametrize("case", _cases(*_READ))
def test_schema_becomes_what_amplify_stores(case: Case, tmp_path: Path) -> None:
    app = read_app([_write(case, tmp_path)], case.get("asked"))
    assert app.generation == case.get("generation", app.generation)
    assert case.get("reason", "") in app.generation_reason
    for name, expected in case.get("models", {}).items():
        _check_model(app.models[name], expected)
    assert not set(case.get("no_models", [])) & set(app.models)
    if "relations" in case:
        assert [relation_text(one) for one in app.relations] == case["relations"]
    if "findings" in case:
        codes = [one.code for one in app.findings if one.code != "project-files-missing"]
        assert codes == case["findings"]
    _check_types(app, case)


def _check_model(model: Model, expected: dict[str, Any]) -> None:
    found = {one.name: attribute_text(one) for one in model.attributes}
    wanted = expected.get("attributes", {})
    assert {name: found.get(name) for name in wanted} == wanted
    assert [name for name in expected.get("absent", []) if name in found] == []
    shown = {
        "key": list(model.key),
        "key_fields": list(model.key_fields),
        "table": model.table_prefix,
        "join": model.is_join,
        "data_store": model.has_data_store,
        "owners": list(model.owner_attributes),
        "indexes": {one.name: list(one.attributes) for one in model.indexes},
        "local": [one.name for one in model.indexes if one.is_local],
        "parts": {one.name: list(one.parts) for one in model.attributes if one.parts},
        "defaults": {one.name: one.default for one in model.attributes if one.default is not None},
    }
    assert {key: shown[key] for key in shown if key in expected} == {
        key: expected[key] for key in shown if key in expected
    }


def _check_types(app: App, case: Case) -> None:
    if "enums" in case:
        assert {name: list(one.values) for name, one in app.enums.items()} == case["enums"]
    if "custom_types" in case:
        found = {name: custom_type_texts(one) for name, one in app.custom_types.items()}
        assert found == case["custom_types"]


@pytest.mark.parametrize("case", _cases("problems"))
def test_bad_schema_is_refused_at_its_position(case: Case, tmp_path: Path) -> None:
    schema = _write(case, tmp_path)
    with pytest.raises(SpecError) as caught:
        read_app([schema])
    found = {f"{one.line}:{one.column}": one for one in caught.value.problems}
    assert list(found) == list(case["problems"])
    lines = case["schema"].replace("\r\n", "\n").split("\n")
    for position, words in case["problems"].items():
        problem = found[position]
        assert words in problem.message
        assert problem.file == str(schema)
        assert problem.source_line == lines[problem.line - 1]
        assert case.get("hints", {}).get(position, "") in problem.hint
