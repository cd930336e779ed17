"""The reference of JSON output names every field that a command prints, and no other."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from migrate.pipeline.capture_result import CapturedTable, CaptureResult
from migrate.pipeline.export import Exported, ExportResult
from migrate.pipeline.mend import MendedTable, MendResult
from migrate.report.schema import record_schema
from migrate.validate.suites.check import Check
from migrate.validate.suites.forms import NotNull
from migrate.validate.suites.outcome import Failure, Raised, SuiteOutcome
from tests.docs.pages import DOCS, first_cells, headings, section
from tests.docs.project import Project, copy_of

_PAGE = (DOCS / "reference/json.md").read_text(encoding="utf-8")

# In this order, each with what makes its output complete.
_COMMANDS = {
    "migrate plan": "migrate plan --json",
    "migrate sample": "migrate sample --items 1000 --json",
    "migrate inspect": "migrate inspect --sample 40 --json",
    "migrate load": "migrate load --again --json",
    "migrate finalise": "migrate finalise --json",
    "migrate rejects": "migrate rejects --json",
    "migrate rejects retry": "migrate rejects --json --model User --rule too-long retry",
    "migrate status": "migrate status --json",
    "migrate validate": "python docs/examples/sql.py"
    " \"delete from core.user_settings; update core.user_profiles set gender = 'x'\" >&2;"
    " migrate validate --no-suites --json",
    "migrate convert": "migrate convert mappings/hugmedo/schema.graphql --out drafts >&2;"
    " sed -i s/integer/bigint/ drafts/AssessmentQuestion.yaml;"
    " migrate convert mappings/hugmedo/schema.graphql --out drafts --json",
    "migrate lint": "sed -i s/required/requird/ mappings/hugmedo/Role.yaml; migrate lint --json",
}


@pytest.fixture(scope="module")
def outputs(rehearsed: Project) -> dict[str, Any]:
    """What each command printed on stdout."""
    with copy_of(rehearsed) as project, project.servers():
        return {
            name: json.loads(project.run(f"({command}) 2>/dev/null"))
            for name, command in _COMMANDS.items()
        }


def paths(value: Any, at: str = "") -> Iterator[str]:
    """Every field of an output, as the page writes them; empty lists and maps end with `[]`."""
    if isinstance(value, dict):
        for name, entry in value.items():
            yield from paths(entry, f"{at}.{name}" if at else str(name))
    elif isinstance(value, list) and value and isinstance(value[0], dict | list):
        for entry in value:
            yield from paths(entry, f"{at}[]")
    else:
        yield at
    if value in ([], {}):
        yield f"{at}[]"


def matching(documented: str) -> re.Pattern[str]:
    """`<model>` stands for any name, also one with points in it."""
    parts = re.split(r"<\w+>", documented)
    return re.compile(".+".join(re.escape(part) for part in parts))


def undocumented(found: set[str], documented: list[str]) -> list[str]:
    """Fields that no line of the page names."""
    forms = [matching(one) for one in documented]
    return sorted(
        path
        for path in found
        if not path.endswith("[]")
        and not any(one.startswith((f"{path}[", f"{path}.")) for one in documented)
        and not any(form.fullmatch(path) for form in forms)
    )


def unprinted(found: set[str], documented: list[str]) -> list[str]:
    """Lines of the page that no output has, except inside a list or map that is empty."""
    empty = [path.removesuffix("[]") for path in found if path.endswith("[]")]
    return [
        one
        for one in documented
        if not any(matching(one).fullmatch(path) for path in found)
        and not any(re.match(rf"{re.escape(path)}(\[|\.|$)", one) for path in empty)
    ]


def test_every_command_that_prints_json_is_on_the_page() -> None:
    commands = (DOCS / "reference/cli.md").read_text(encoding="utf-8")
    names = [words for level, words in headings(commands) if words.startswith("migrate ")]
    with_json = {
        name
        for name in names
        if re.search(r"`--json`|\(#common-options\)", "\n".join(section(commands, name)))
    }
    described = {words for _, words in headings(_PAGE)}
    later = {name for name in with_json if f"`{name}`" in _PAGE.partition("\n## ")[0]}
    assert with_json - described - later == set()


@pytest.mark.parametrize("name", _COMMANDS)
def test_the_page_names_every_field_of_a_command(name: str, outputs: dict[str, Any]) -> None:
    found = set(paths(outputs[name]))
    documented = first_cells(_PAGE, name)
    assert undocumented(found, documented) == []
    optional = {"models", "suites"} if name == "migrate lint" else set()
    assert set(unprinted(found, documented)) <= optional


def test_lint_without_a_problem_prints_what_the_page_says(rehearsed: Project) -> None:
    found = set(paths(json.loads(rehearsed.run("migrate lint --json 2>/dev/null"))))
    assert undocumented(found, first_cells(_PAGE, "migrate lint")) == []
    assert {"models", "suites"} <= found


def test_the_page_names_every_field_of_a_suite() -> None:
    check = Check("a", "b.c", NotNull(column="d"), {"ja": "e", "en": "f"})
    failures = (Failure(check, 1, ({"id": "1"},)), Failure(check, None, found="text"))
    outcome = SuiteOutcome("s", 3, failures, (Raised(check, "why"),))
    documented = [one for one in first_cells(_PAGE, "migrate validate") if one.startswith("suites")]
    found = set(paths({"suites": [outcome.as_json()]}))
    assert undocumented(found, documented) == []
    assert unprinted(found, documented) == []


@pytest.mark.parametrize(
    ("name", "result"),
    [
        (
            "migrate capture",
            CaptureResult(1, [CapturedTable("User", "T", 1, "open", "", 1, 1, 0.0)], ["a"], 1.0),
        ),
        ("migrate mend", MendResult([MendedTable("User", "T", 2, 1, 1, "a", "b")])),
    ],
)
def test_the_page_names_every_field_of_what_captures(name: str, result: Any) -> None:
    found = set(paths(dataclasses.asdict(result)))
    documented = first_cells(_PAGE, name)
    assert undocumented(found, documented) == []
    assert unprinted(found, documented) == []


def test_the_page_names_every_field_of_an_export() -> None:
    export = Exported("User", "T", "full", "planned", 0)
    found = set(paths(ExportResult([export], False, 0).as_json()))
    documented = first_cells(_PAGE, "migrate export")
    assert undocumented(found, documented) == []
    assert unprinted(found, documented) == []


def test_the_page_names_every_field_of_a_record() -> None:
    found = set(_of_schema(record_schema()["properties"])) - {"format", "content_hash"}
    documented = first_cells(_PAGE, "migrate rehearse")
    assert sorted({re.sub(r"\.<\w+>", "", one) for one in documented}) == sorted(found)


def _of_schema(properties: dict[str, Any], at: str = "") -> Iterator[str]:
    definitions = record_schema()["$defs"]
    for name, kind in properties.items():
        inner = kind.get("items", {}).get("$ref", "").rpartition("/")[2]
        whole = next((one["$ref"] for one in kind.get("anyOf", []) if "$ref" in one), "")
        if whole:
            yield f"{at}{name}"
            part = definitions[whole.rpartition("/")[2]]
            yield from _of_schema(part["properties"], f"{at}{name}.")
        elif inner:
            yield from _of_schema(definitions[inner]["properties"], f"{at}{name}[].")
        elif kind.get("items", {}).get("type") == "object" and "[" + name not in at:
            yield f"{at}{name}" + ("[]" if name in {"examples", "production_differences"} else "")
        else:
            yield f"{at}{name}"
