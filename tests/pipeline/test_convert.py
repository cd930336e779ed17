"""Converting again changes nothing, an edited mapping stays, and a removed model is reported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from migrate.amplify.options import Options
from migrate.errors import FixInputError, SpecError
from migrate.mapping.files import load_mappings
from migrate.pipeline.convert import Conversion, convert
from migrate.pipeline.plan import ddl

_SCHEMA = """\
type Post @model { id: ID! title: String! comments: [Comment] @hasMany }
type Comment @model { id: ID! text: String }
"""
_WITH_FIELD = _SCHEMA.replace("text: String", "text: String likes: Int")


class Folder:
    """A schema and the folder of its conversion."""

    def __init__(self, folder: Path) -> None:
        self.schema = folder / "schema.graphql"
        self.out = folder / "out"
        self.schema.write_text(_SCHEMA)

    def convert(self, *, force: bool = False) -> Conversion:
        return convert([self.schema], self.out, Options(), force=force)

    def states(self, *, force: bool = False) -> dict[str, str]:
        return {one.model: one.state for one in self.convert(force=force).mappings}

    def edit(self, name: str, before: str, after: str) -> None:
        path = self.out / name
        text = path.read_text()
        assert before in text
        path.write_text(text.replace(before, after))

    def contents(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.out.iterdir())}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_everything_is_written(folder: Folder) -> None:
    found = folder.convert()
    assert sorted(folder.contents()) == [
        "Comment.yaml", "Post.yaml", "conversion.json", "erd.mmd", "erd.svg", "findings.json",
        "findings.md", "schema.sql",
    ]  # fmt: skip
    assert {one.state for one in found.mappings} == {"written"}
    assert not found.has_errors


def test_converting_again_changes_nothing(folder: Folder) -> None:
    folder.convert()
    before = folder.contents()
    times = {path: path.stat().st_mtime_ns for path in folder.out.iterdir()}
    assert folder.states() == {"Post": "unchanged", "Comment": "unchanged"}
    assert folder.contents() == before
    assert {path: path.stat().st_mtime_ns for path in folder.out.iterdir()} == times


def test_a_changed_schema_updates_mappings_that_nobody_edited(folder: Folder) -> None:
    folder.convert()
    folder.schema.write_text(_WITH_FIELD)
    assert folder.states() == {"Post": "unchanged", "Comment": "updated"}
    assert "likes" in (folder.out / "Comment.yaml").read_text()
    assert "likes" in (folder.out / "schema.sql").read_text()


def test_an_edited_mapping_stays_and_the_difference_is_shown(folder: Folder) -> None:
    folder.convert()
    folder.edit("Comment.yaml", "type: text}", "type: varchar(10)}")
    edited = (folder.out / "Comment.yaml").read_bytes()
    folder.schema.write_text(_WITH_FIELD)
    found = folder.convert()
    (comment,) = [one for one in found.mappings if one.model == "Comment"]
    assert comment.state == "kept"
    assert (folder.out / "Comment.yaml").read_bytes() == edited
    assert "-  text:             {from: text, type: varchar(10)}" in comment.difference
    assert "+  likes:            {from: likes, type: integer}" in comment.difference
    assert folder.states()["Comment"] == "kept", "and so it does the next time"


def test_the_ddl_follows_the_edited_mapping(folder: Folder) -> None:
    folder.convert()
    folder.edit("Comment.yaml", "from: text, type: text}", "from: text, type: varchar(10)}")
    folder.convert()
    assert "text VARCHAR(10)" in (folder.out / "schema.sql").read_text()


def test_force_overwrites_an_edited_mapping(folder: Folder) -> None:
    folder.convert()
    before = folder.contents()
    folder.edit("Comment.yaml", "orphans: reject", "orphans: stop")
    assert folder.states(force=True) == {"Post": "unchanged", "Comment": "overwritten"}
    assert folder.contents() == before


def test_without_the_record_every_difference_counts_as_an_edit(folder: Folder) -> None:
    folder.convert()
    (folder.out / "conversion.json").unlink()
    folder.schema.write_text(_WITH_FIELD)
    assert folder.states() == {"Post": "unchanged", "Comment": "kept"}


def test_a_mapping_that_stood_there_before_is_kept(folder: Folder) -> None:
    folder.convert()
    own = (folder.out / "Post.yaml").read_text().replace("text, required", "varchar(9), required")
    (folder.out / "conversion.json").unlink()
    (folder.out / "Post.yaml").write_text(own)
    assert folder.states()["Post"] == "kept"


def test_the_mapping_of_a_removed_model_stays_and_is_reported(folder: Folder) -> None:
    folder.schema.write_text(_SCHEMA + "type Old @model { id: ID! }\n")
    folder.convert()
    folder.schema.write_text(_SCHEMA)
    for _ in range(2):
        found = folder.convert()
        assert [path.name for path in found.removed] == ["Old.yaml"]
        assert [one.subject for one in found.findings if one.code == "model-removed"] == ["Old"]
    (folder.out / "Old.yaml").unlink()
    assert folder.convert().removed == []


def test_an_edited_mapping_with_a_mistake_is_shown_with_its_place(folder: Folder) -> None:
    folder.convert()
    folder.edit("Comment.yaml", "orphans: reject", "orphan: reject")
    with pytest.raises(SpecError) as caught:
        folder.convert()
    assert caught.value.problems[0].where.endswith("Comment.yaml:15:1")


def test_a_broken_record_is_named(folder: Folder) -> None:
    folder.convert()
    (folder.out / "conversion.json").write_text("[]")
    with pytest.raises(FixInputError, match=r"conversion\.json is not what a conversion writes"):
        folder.convert()


def test_a_schema_without_models_is_no_app(folder: Folder) -> None:
    folder.schema.write_text("type Query { a: String }")
    with pytest.raises(FixInputError):
        folder.convert()


def test_a_folder_that_cannot_be_written_is_named(folder: Folder) -> None:
    folder.out.write_text("a file")
    with pytest.raises(FixInputError, match="out"):
        folder.convert()


def test_the_ddl_is_that_of_the_plan(folder: Folder) -> None:
    folder.convert()
    statements = ddl(load_mappings(folder.out))
    text = (folder.out / "schema.sql").read_text()
    assert all(one.split("\n")[0].split("(")[0].split()[-1] in text for one in statements)


def test_the_json_holds_what_was_read_and_written(folder: Folder) -> None:
    content = json.loads(json.dumps(folder.convert().as_json()))
    assert content["generation"] == "v2"
    assert content["models"] == ["Post", "Comment"]
    assert [Path(path).name for path in content["mappings"]] == ["Post.yaml", "Comment.yaml"]
    assert content["relations"] == [
        {"model": "Post", "field": "comments", "kind": "hasMany", "target": "Comment",
         "holder": "Comment", "attributes": ["postCommentsId"]}
    ]  # fmt: skip
    for finding in content["findings"]:
        assert {"code", "severity", "where", "message"} <= set(finding)
        assert finding["severity"] in {"error", "warning", "info"}
    assert Path(content["ddl"]).name == "schema.sql"
    assert Path(content["erd"]).name == "erd.mmd"


def test_findings_are_errors_first_and_each_names_its_place(folder: Folder) -> None:
    found = folder.convert().findings
    ranks = ["error", "warning", "info"]
    assert [ranks.index(one.severity) for one in found] == sorted(
        ranks.index(one.severity) for one in found
    )
    page = (folder.out / "findings.md").read_text()
    for finding in found:
        assert f"### `{finding.code}`" in page
        assert str(finding.place) in page


@pytest.mark.parametrize("schema", ["Core", "migrate", "pg_temp", "a b", "", "information_schema"])
def test_a_schema_name_that_cannot_be_is_refused(schema: str) -> None:
    with pytest.raises(FixInputError):
        Options(schema=schema)
