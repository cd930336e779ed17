"""Which files are read for what is named, and what stands beside them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from migrate.amplify.read import read_app
from migrate.errors import FixInputError, SpecError

_A = "type A @model { id: ID! bs: [B] @hasMany }\n"
_B = "type B @model { id: ID! }\n"
_DESCRIPTION = json.dumps({"models": {"A": {"fields": {"id": {"type": "ID"}}}}})


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_project_folder_leads_to_its_schema(tmp_path: Path) -> None:
    api = tmp_path / "amplify" / "backend" / "api" / "shop"
    _write(api / "schema.graphql", _A + _B)
    _write(api / "build" / "schema.graphql", "type Query { a: Int }")
    _write(tmp_path / "src" / "graphql" / "queries.graphql", "query { a }")
    for named in (tmp_path, tmp_path / "amplify", api, api / "schema.graphql"):
        assert list(read_app([named]).models) == ["A", "B"]


def test_schema_in_parts_is_read_whole_with_the_flags_above_it(tmp_path: Path) -> None:
    api = tmp_path / "amplify" / "backend" / "api" / "shop"
    _write(api / "schema" / "a.graphql", _A)
    _write(api / "schema" / "more" / "b.graphql", _B)
    _write(api / "transform.conf.json", '{"ResolverConfig": {"project": {"ConflictHandler": "X"}}}')
    flags = '{"features": {"graphqltransformer": {"transformerversion": 2}}}'
    _write(tmp_path / "amplify" / "cli.json", flags)
    app = read_app([tmp_path])
    assert app.generation == "v2"
    assert all(model.has_data_store for model in app.models.values())
    place = app.models["B"].place
    assert place.file.endswith("b.graphql")
    assert place.line == 1


def test_files_named_one_by_one_make_one_app(tmp_path: Path) -> None:
    a, b = _write(tmp_path / "a.graphql", _A), _write(tmp_path / "b.graphql", _B)
    assert list(read_app([a, b, a]).models) == ["A", "B"]
    assert list(read_app([tmp_path]).models) == ["A", "B"]


def test_a_problem_names_the_file_it_is_in(tmp_path: Path) -> None:
    a = _write(tmp_path / "a.graphql", _A.replace("[B]", "[C]"))
    b = _write(tmp_path / "b.graphql", "type B @model {\n  x X\n}")
    with pytest.raises(SpecError) as caught:
        read_app([a, b])
    assert [one.file for one in caught.value.problems] == [str(b)]


def test_folder_with_a_gen_2_description(tmp_path: Path) -> None:
    _write(
        tmp_path / "amplify_outputs.json", f'{{"data": {{"model_introspection": {_DESCRIPTION}}}}}'
    )
    assert read_app([tmp_path]).generation == "gen2"


def test_models_of_a_project_take_its_conflict_handling(tmp_path: Path) -> None:
    path = _write(tmp_path / "src" / "models" / "schema.json", _DESCRIPTION)
    conf = tmp_path / "amplify" / "backend" / "api" / "shop" / "transform.conf.json"
    _write(conf, '{"ResolverConfig": {"models": {"Other": {}}}}')
    app = read_app([path])
    assert not app.models["A"].has_data_store
    assert "datastore-assumed" not in {one.code for one in app.findings}


def test_byte_order_mark_and_windows_line_ends_and_long_comments(tmp_path: Path) -> None:
    path = tmp_path / "schema.graphql"
    comment = "# children's records \N{CHERRY BLOSSOM}\r\n" * 30_000
    path.write_bytes(b"\xef\xbb\xbf" + f"{comment}type A @model {{\r\n  id: ID!\r\n}}\r\n".encode())
    assert path.stat().st_size > 750_000
    assert read_app([path]).models["A"].place.line == 30_001


@pytest.mark.parametrize(
    ("files", "named", "words"),
    [
        ({}, ["gone.graphql"], "does not exist"),
        ({}, ["a\0b"], "does not exist"),
        ({}, ["."], r"holds no \*\.graphql"),
        ({"a.txt": "x"}, ["a.txt"], "no kind that is known"),
        ({"a.graphql": "type Query { a: Int }"}, ["a.graphql"], "no type with @model"),
        ({"a.graphql": _B, "b.json": _DESCRIPTION}, ["a.graphql", "b.json"], "same app"),
        ({"a.json": _DESCRIPTION, "b.json": _DESCRIPTION}, ["a.json", "b.json"], "an app each"),
        (
            {
                "amplify/backend/api/x/schema.graphql": _B,
                "amplify/backend/api/y/schema.graphql": _B,
            },
            ["."],
            "several GraphQL APIs: x, y",
        ),
        ({"amplify/backend/api/x/other.json": "{}"}, ["."], "no GraphQL API"),
        ({"a.graphql": _B, "cli.json": "{"}, ["a.graphql"], "not valid JSON"),
    ],
)
def test_what_is_no_app_is_refused(
    files: dict[str, str], named: list[str], words: str, tmp_path: Path
) -> None:
    for name, text in files.items():
        _write(tmp_path / name, text)
    with pytest.raises(FixInputError, match=words):
        read_app([tmp_path / name for name in named])


def test_no_input_at_all_is_refused() -> None:
    with pytest.raises(FixInputError, match="no input"):
        read_app([])


def test_text_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "schema.graphql"
    path.write_bytes("type A @model { id: ID! }".encode("utf-16"))
    with pytest.raises(FixInputError, match="not UTF-8"):
        read_app([path])


def test_type_nested_beyond_reason_is_refused_at_its_file(tmp_path: Path) -> None:
    nested = "[" * 100_000 + "ID" + "]" * 100_000
    path = _write(tmp_path / "schema.graphql", f"type A @model {{ id: {nested} }}")
    with pytest.raises(SpecError) as caught:
        read_app([path])
    assert "nested too deeply" in caught.value.problems[0].message
