"""The JSON Schema for editors: up to date, takes every good mapping, refuses what it can."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from migrate.cli.lint_command import command
from migrate.errors import SpecError
from migrate.mapping import schema
from migrate.mapping.spec import known_keys
from migrate.yaml_source import parse, read
from tests.mapping.case_files import all_cases
from tests.mapping.lint_files import Case, lint_cases

_CHECKOUT = Path(__file__).parent.parent.parent
_PUBLISHED = _CHECKOUT / "docs" / "reference" / "mapping.schema.json"
_MAPPINGS = sorted((_CHECKOUT / "mappings" / "hugmedo").glob("*.yaml"))


@pytest.fixture(scope="module")
def validator() -> Any:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(schema.json_schema())
    return jsonschema.Draft202012Validator(schema.json_schema())


def test_published_schema_is_up_to_date() -> None:
    assert _PUBLISHED.read_text(encoding="utf-8") == schema.text(), (
        "run: migrate lint --schema > docs/reference/mapping.schema.json"
    )


def test_lint_prints_the_schema() -> None:
    printed = CliRunner().invoke(command, ["--schema"], standalone_mode=False)
    assert printed.stdout == schema.text()
    assert printed.return_value == 0


@pytest.mark.parametrize("path", _MAPPINGS, ids=lambda path: path.stem)
def test_every_mapping_conforms(path: Path, validator: Any) -> None:
    assert [error.message for error in validator.iter_errors(read(path).value)] == []


def test_every_case_conforms(validator: Any) -> None:
    for case in all_cases():
        for content, _ in case.values[0]["parts"]:
            assert [error.message for error in validator.iter_errors(content)] == [], case.id


@pytest.mark.parametrize(
    "case", [one for one in lint_cases() if one.values[0].get("schema") == "refuses"]
)
def test_what_an_editor_can_know_is_refused(case: Case, validator: Any) -> None:
    assert not validator.is_valid(parse(case["text"], "case.yaml").value)


def test_no_more_is_refused_than_lint_refuses(validator: Any) -> None:
    """An editor that underlines what is right would be switched off."""
    for case in lint_cases():
        for text in case.values[0].get("files", {}).values():
            try:
                value = parse(text, "case.yaml").value
            except SpecError:
                continue
            if not validator.is_valid(value):
                assert case.values[0].get("schema") == "refuses" or "files" in case.values[0]


def test_every_key_of_the_language_is_described() -> None:
    properties: set[str] = set()

    def collect(value: Any) -> None:
        if isinstance(value, dict):
            for name, inner in value.get("properties", {}).items():
                assert inner.get("description"), name
                properties.add(name)
            for inner in value.values():
                collect(inner)
        elif isinstance(value, list):
            for inner in value:
                collect(inner)

    collect(schema.json_schema())
    assert known_keys() <= properties
