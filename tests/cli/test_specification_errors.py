"""Wrong mappings: every problem at once, as file:line:column, with the line, a caret and a hint."""

from __future__ import annotations

import pytest

from tests.cli.conftest import CommandLine
from tests.cli.golden_file import check_golden

WRONG = """\
mapping: 1
source: {model: Person}
target: app.persons
columns:
  id:    {from: id, type: uuid, key: true}
  code:  {from: code, type: varchr(20)}
  name:  {from: name, type: text, requird: true}
  名前:  {from: age, type: integer}
"""
DANGLING = """\
mapping: 1
source: {model: Visit}
target: app.visits
columns:
  id:        {from: id, type: uuid, key: true}
  person_id: {from: person, type: uuid, references: app.perons}
"""
PERSON = """\
mapping: 1
source: {model: Person}
target: app.persons
columns:
  id: {from: id, type: uuid, key: true}
"""


def write(run: CommandLine, **files: str) -> None:
    folder = run.project.folder / "mappings" / "hugmedo"
    for old in folder.glob("*.yaml"):
        old.unlink()
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("command", ["lint", "plan", "load", "validate", "rehearse"])
def test_every_command_shows_every_problem_with_its_place(run: CommandLine, command: str) -> None:
    write(run, Person=WRONG, Broken="a: [b\n", Twice="mapping: 1\nmapping: 1\n")
    result = run(command)
    assert (result.code, result.stdout) == (2, "")
    shown = result.stderr[result.stderr.index("mappings/") :]  # a rehearsal names its step first
    check_golden("wrong_mappings", shown)


ONE_PROBLEM = """\
mappings/hugmedo/Visit.yaml:6:41: references app.perons, which no mapping makes
     6 |   person_id: {from: person, type: uuid, references: app.perons}
       |                                         ^
       = did you mean 'app.persons'?
1 problem
"""


def test_a_reference_to_a_table_that_no_mapping_makes_names_the_nearest(run: CommandLine) -> None:
    write(run, Visit=DANGLING, Person=PERSON)
    result = run("load")
    assert (result.code, result.stdout, result.stderr) == (2, "", ONE_PROBLEM)


def test_lint_gives_the_same_as_json(run: CommandLine) -> None:
    write(run, Visit=DANGLING, Person=PERSON)
    result = run("lint", "--json")
    assert (result.code, result.stderr) == (2, "")
    (problem,) = result.json["problems"]
    assert result.json["passed"] is False
    assert problem == {
        "file": "mappings/hugmedo/Visit.yaml",
        "line": 6,
        "column": 41,
        "message": "references app.perons, which no mapping makes",
        "hint": "did you mean 'app.persons'?",
        "source_line": "  person_id: {from: person, type: uuid, references: app.perons}",
    }


def test_a_wrong_profile_is_shown_in_the_same_way(run: CommandLine) -> None:
    path = run.project.folder / "rehearsals" / "local.yaml"
    path.write_text(path.read_text().replace("workers: 2", "worker: 2"))
    result = run("load")
    assert result.code == 2
    assert result.stderr.startswith("rehearsals/local.yaml:9:3: unknown key 'worker'\n")
    assert "= did you mean 'workers'?\n1 problem\n" in result.stderr
