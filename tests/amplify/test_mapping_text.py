"""The text of a generated mapping: readable, commented, and read back as what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from migrate.amplify.draft import ColumnDraft, MappingDraft, TableDraft
from migrate.amplify.yaml_text import flow, mapping_text, scalar
from migrate.yaml_source import parse
from tests.amplify.converting import app_of, written

_SCHEMA = '''
"""A visit to the online room."""
type Visit @model @auth(rules: [{allow: owner}]) {
  id: ID!
  childID: ID! @index(name: "byChild", sortKeyFields: ["state", "at"])
  child: Child @belongsTo(fields: ["childID"])
  state: State!
  at: AWSDateTime!
  expires: AWSTimestamp
  note: String @default(value: "")
}
type Child @model { id: ID! visits: [Visit] @hasMany(indexName: "byChild", fields: ["id"]) }
enum State { OPEN CLOSED NO }
'''

_GOLDEN = Path(__file__).parents[1] / "data" / "convert" / "Visit.yaml"


def test_a_mapping_reads_as_a_person_would_write_it(tmp_path: Path) -> None:
    _, found = written(tmp_path, {"schema": _SCHEMA})
    assert found.texts["Visit.yaml"] == _GOLDEN.read_text(encoding="utf-8")


def test_the_same_schema_gives_the_same_text(tmp_path: Path) -> None:
    first = written(tmp_path / "a", {"schema": _SCHEMA})[1].texts
    assert written(tmp_path / "a", {"schema": _SCHEMA})[1].texts == first


@pytest.mark.parametrize(
    "value",
    ["plain", "NO", "no", "yes", "null", "true", "~", "1", "1.5", "a: b", "a #b", "status#at", "",
     "it's", "a, b", "日本", "[x]", "{x}", "- x", "&a", "*a", "!x", "%x", "@x", "`x", '"x"', "\\",
     "text[]", "numeric(12,2)", "double precision", "a\nb", " x", "x ", "=", "y", "<<"],
)  # fmt: skip
def test_a_text_comes_back_as_the_same_text(value: str) -> None:
    for text in (f"a: {scalar(value)}", f"a: [{scalar(value)}]", f"{{a: {scalar(value)}}}"):
        document = parse(text, "x.yaml").value
        assert document["a"] in (value, [value])
        assert yaml.safe_load(text)["a"] in (value, [value]), "another reader's YAML, too"


def test_a_long_column_becomes_a_block() -> None:
    values = {f"VALUE_NUMBER_{number}": f"VALUE_NUMBER_{number}" for number in range(9)}
    column = ColumnDraft({"from": "state", "type": "text", "values": values}, "many")
    draft = MappingDraft("A", {"model": "A"}, TableDraft("app.as", {"state": column}))
    text = mapping_text(draft)
    assert "  state:   # many\n    from: state\n    type: text\n    values:\n" in text
    assert parse(text, "A.yaml").value["columns"]["state"]["values"] == values


def test_nested_values_in_flow_style() -> None:
    value = {"a": [True, 1, "x y"], "b": {"c#d": []}}
    assert flow(value) == '{a: [true, 1, x y], b: {"c#d": []}}'


def test_an_old_table_name_is_explained(tmp_path: Path) -> None:
    schema = 'type New @model @mapsTo(name: "Old") { id: ID! }'
    _, found = written(tmp_path, {"schema": schema})
    assert found.texts["New.yaml"].startswith("# The model is called New; its table keeps an older")


def test_models_that_differ_in_case_only_get_files_of_their_own(tmp_path: Path) -> None:
    schema = "type Todo @model { id: ID! }\ntype TODO @model { id: ID! }"
    _, found = written(tmp_path, {"schema": schema})
    assert sorted(found.texts) == ["TODO.yaml", "Todo-2.yaml"]


def test_a_policy_for_many_fields_is_one_finding_that_lists_some(tmp_path: Path) -> None:
    fields = " ".join(f"f{number}: AWSTimestamp" for number in range(12))
    _, found = written(tmp_path, {"schema": f"type A @model {{ id: ID! {fields} }}"})
    (finding,) = [one for one in found.findings if one.code == "epoch-milliseconds"]
    assert finding.message.endswith("A.f6, A.f7 and 4 more")
    assert finding.place.line == 1


def test_hugmedo_s_own_schema_converts(tmp_path: Path) -> None:
    schema = Path("mappings/hugmedo/schema.graphql").read_text(encoding="utf-8")
    app = app_of(tmp_path, schema)
    assert len(app.models) == 16
