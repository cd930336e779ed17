"""JSON descriptions: amplify_outputs.json and the codegen models, good and bad."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from migrate.amplify.read import read_app
from migrate.errors import FixInputError, SpecError
from tests.amplify.shown import attribute_text, custom_type_texts, relation_text

_CASES = Path(__file__).parent.parent / "cases" / "amplify" / "descriptions.yaml"
_PARTS = ("models", "enums", "nonModels", "conversations")

Case = dict[str, Any]


def _cases() -> list[Any]:
    found = yaml.safe_load(_CASES.read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"]) for case in found]


def _description(case: Case) -> dict[str, Any]:
    description = {"version": 1, **{part: case[part] for part in _PARTS if part in case}}
    outputs = case.get("outputs")
    return (
        {"version": "1", "data": {"model_introspection": description}} if outputs else description
    )


@pytest.mark.parametrize("case", _cases())
def test_description_becomes_the_same_graph(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "description.json"
    path.write_text(json.dumps(_description(case)), encoding="utf-8")
    app = read_app([path])
    expected = dict(case["expect"])
    assert app.generation == expected.pop("generation", app.generation)
    if "relations" in expected:
        assert [relation_text(one) for one in app.relations] == expected.pop("relations")
    if "findings" in expected:
        codes = [one.code for one in app.findings if one.code != "introspection-incomplete"]
        assert codes == expected.pop("findings")
    for name, fields in expected.pop("custom_types", {}).items():
        assert custom_type_texts(app.custom_types[name]) == fields
    for name, wanted in expected.items():
        model = app.models[name]
        found = {one.name: attribute_text(one) for one in model.attributes}
        attributes = wanted.get("attributes", {})
        assert {key: found.get(key) for key in attributes} == attributes
        assert [key for key in wanted.get("absent", []) if key in found] == []
        assert list(model.key) == wanted.get("key", list(model.key))
        assert list(model.owner_attributes) == wanted.get("owners", list(model.owner_attributes))
        indexes = {one.name: list(one.attributes) for one in model.indexes}
        assert indexes == wanted.get("indexes", indexes)


def test_codegen_module_is_read_like_its_json(tmp_path: Path) -> None:
    case = yaml.safe_load(_CASES.read_text(encoding="utf-8"))[1]
    text = json.dumps(_description(case), indent=2)
    (tmp_path / "schema.js").write_text(f"export const schema = {text};\n", encoding="utf-8")
    (tmp_path / "schema.ts").write_text(
        f"import x from 'y';\nexport const schema: Schema = {text};\n", encoding="utf-8"
    )
    (tmp_path / "schema.json").write_text(text, encoding="utf-8")
    apps = [read_app([tmp_path / f"schema.{ending}"]) for ending in ("js", "ts", "json")]
    assert {tuple(map(relation_text, app.relations)) for app in apps} == {
        tuple(map(relation_text, apps[0].relations))
    }
    assert len(apps[0].relations) == 3


def test_place_of_a_field_is_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "schema.json"
    path.write_text(
        '{"models": {\n  "A": {"fields": {\n    "id": {"type": "ID"},\n'
        '    "n": {"type": "Int"}}}}}',
        encoding="utf-8",
    )
    attribute = read_app([path]).models["A"].attribute("n")
    assert attribute is not None
    assert (attribute.place.line, attribute.place.column) == (4, 5)


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ('{"models": {\n"A" 1}}', "2:5", "not valid JSON"),
        ('{"models": {"A": {"fields": {"x": {"type": 7}}}}}', "1:36", "models.A.fields.x.type"),
        ('{"models": {"A": {"fields": []}}}', "1:19", "models.A.fields"),
        (
            '{"models": {"A": {"fields": {"x": {"type": "ID"}}}}}'.replace(
                '"type": "ID"',
                '"type": {"model": "A"}, "association": {"connectionType": "HAS_TWO"}',
            ),
            "1:76",
            "connectionType",
        ),
        (
            '{"models": {"A": {"fields": {}, "primaryKeyInfo": {"primaryKeyFieldName": "k"}}}}',
            "1:13",
            "no field 'k'",
        ),
        pytest.param('{"models": ' + "[" * 100_000, "1:1", "nested too deeply", id="deep"),
    ],
)
def test_bad_description_is_refused_at_its_position(
    text: str, where: str, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "schema.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        read_app([path])
    problem = caught.value.problems[0]
    assert words in problem.message
    assert f"{problem.line}:{problem.column}" == where


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"data": {}}', "describes no models"),
        ('{"models": {}}', "describes no models"),
        ("[1]", "holds neither"),
        ("module.exports = 1", "holds neither"),
        ("export const schema = 7", "no description"),
    ],
)
def test_file_that_describes_nothing_is_refused(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "schema.js"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FixInputError, match=words):
        read_app([path])
