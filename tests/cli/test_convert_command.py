"""`migrate convert` on the command line: what it prints, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from migrate.cli import failure
from migrate.cli.main import cli

_SCHEMA = "type Post @model { id: ID! title: String! until: AWSTimestamp }\n"


class Shell:
    """Runs commands in a folder of the test's own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.out = ""
        self.err = ""

    def run(self, *arguments: str) -> int:
        self._monkeypatch.setattr("sys.argv", ["migrate", *arguments])
        code = failure.run(cli)
        self.out, self.err = self._capsys.readouterr()
        return code

    def json(self, *arguments: str) -> dict[str, Any]:
        assert self.run(*arguments, "--json") == 0
        found: dict[str, Any] = json.loads(self.out)
        return found


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    monkeypatch.chdir(tmp_path)
    Path("schema.graphql").write_text(_SCHEMA)
    return Shell(monkeypatch, capsys)


def test_findings_do_not_make_it_fail(shell: Shell) -> None:
    assert shell.run("convert", "schema.graphql", "--out", "drafts") == 0
    assert "Post   drafts/Post.yaml  written" in shell.out
    assert "warning: epoch-milliseconds at schema.graphql:1:" in shell.out
    assert (
        "1 model (v1), 0 relations, 2 findings to decide and 3 notes: drafts/findings.md"
        in shell.out
    )
    assert Path("drafts/schema.sql").exists()


def test_the_options_reach_the_mappings(shell: Shell) -> None:
    options = ("--ids", "uuid", "--schema", "blog", "--singular")
    assert shell.run("convert", "schema.graphql", "--out", "drafts", *options) == 0
    text = Path("drafts/Post.yaml").read_text()
    assert "target: blog.post\n" in text
    assert "{from: id, type: uuid, key: true}" in text


def test_json_is_one_object_on_stdout(shell: Shell) -> None:
    found = shell.json("convert", "schema.graphql", "--out", "drafts")
    assert found["mappings"] == ["drafts/Post.yaml"]
    assert found["ddl"] == "drafts/schema.sql"
    assert shell.err == ""


def test_an_edited_mapping_is_shown_as_a_difference(shell: Shell) -> None:
    shell.run("convert", "schema.graphql", "--out", "drafts")
    path = Path("drafts/Post.yaml")
    path.write_text(path.read_text().replace("epoch-seconds", "epoch-milliseconds"))
    assert shell.run("convert", "schema.graphql", "--out", "drafts") == 0
    assert "drafts/Post.yaml was edited and stays; the conversion would write:" in shell.out
    assert "-  until:      {from: until, type: timestamptz, as: epoch-milliseconds}" in shell.out
    assert shell.run("convert", "schema.graphql", "--out", "drafts", "--force") == 0
    assert "overwritten" in shell.out


def test_input_that_cannot_be_read_is_shown_with_its_place(shell: Shell) -> None:
    Path("schema.graphql").write_text("type Post @model {\n  id ID!\n}\n")
    assert shell.run("convert", "schema.graphql", "--out", "drafts") == 2
    assert "schema.graphql:2:6: " in shell.err
    assert "   2 |   id ID!" in shell.err
    assert not Path("drafts").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Missing option '--out'"),
        (("--out", "x"), "name an INPUT"),
        (("nothing.graphql", "--out", "x"), "nothing.graphql does not exist"),
        (("schema.graphql", "--out", "x", "--schema", "Bad"), "'Bad' is not a plain schema name"),
        (("schema.graphql", "--out", "x", "--ids", "number"), "'number' is not one of"),
        (("schema.graphql", "--out", "x", "--api-id", "a"), "go with --from-aws"),
        (("--out", "x", "--from-aws", "--profile", "nowhere"), "no profile 'nowhere'"),
    ],
)
def test_wrong_usage_ends_with_2(shell: Shell, arguments: tuple[str, ...], said: str) -> None:
    assert shell.run("convert", *arguments) == 2
    assert said in shell.err


def test_an_error_among_the_findings_ends_with_1(
    shell: Shell, dynamodb_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from migrate.aws import Source, client

    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", dynamodb_endpoint)
    Path("rehearsals").mkdir()
    Path("rehearsals/blog.yaml").write_text(
        "profile: blog\n"
        "source: {api_id: blogblogblogblogblogblog01, environment: dev, region: ap-northeast-1}\n"
        "target: {kind: existing}\n"
    )
    client("dynamodb", Source("ap-northeast-1", dynamodb_endpoint)).create_table(
        TableName="Post-blogblogblogblogblogblog01-dev",
        KeySchema=[{"AttributeName": "slug", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "slug", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    arguments = ("schema.graphql", "--out", "drafts", "--from-aws", "--profile", "blog")
    assert shell.run("convert", *arguments) == 1
    assert "error: key-differs at schema.graphql:1:" in shell.out
