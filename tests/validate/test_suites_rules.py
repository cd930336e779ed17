"""The language of business rules: every problem at once, each with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from migrate.errors import FixInputError, SpecError
from migrate.mapping.files import load_mappings
from migrate.pipeline.specification import read_specification
from migrate.validate.suites.files import load_rules
from migrate.validate.suites.forms import FORMS
from tests.validate.suite_world import mappings

_CHECKOUT = Path(__file__).parents[2]
_CASES = Path(__file__).parent.parent / "cases" / "suites" / "problems.yaml"


def _cases() -> list[Any]:
    found = yaml.safe_load(_CASES.read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"].replace(" ", "-")) for case in found]


@pytest.mark.parametrize("case", _cases())
def test_every_problem_is_shown_with_its_place(case: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(case["text"], encoding="utf-8")
    try:
        suites = load_rules(tmp_path, mappings())
    except SpecError as error:
        problems = error.problems
    else:
        assert [suite.name for suite in suites] == ["rules"]
        problems = []
    found = [(one.line, one.column, one.message, one.hint) for one in problems]
    assert len(found) == len(case["problems"]), found
    for (line, column, message, hint), wanted in zip(found, case["problems"], strict=True):
        assert [line, column] == wanted[:2], (message, hint)
        assert wanted[2] in message
        assert wanted[3] in hint


def test_problems_of_all_files_and_of_the_mappings_come_together(tmp_path: Path) -> None:
    rules, wrong = tmp_path / "rules", tmp_path / "mappings"
    for folder in (rules, wrong):
        folder.mkdir()
    (rules / "a.yaml").write_text("suite: a\ncheck: []\n")
    (rules / "b.yaml").write_text("suite: b\n")
    (wrong / "Person.yaml").write_text("mapping: 2\n")
    with pytest.raises(SpecError) as caught:
        read_specification(wrong, rules)
    names = [Path(one.file).name for one in caught.value.problems]
    assert set(names) == {"Person.yaml", "a.yaml", "b.yaml"}


def test_names_are_not_looked_up_while_the_mappings_are_not_valid(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "suite: a\nchecks: [{id: a, table: no.where, says: {ja: 甲, en: a}, not_null: x}]\n"
    )
    assert len(load_rules(tmp_path, None)) == 1


def test_a_folder_that_is_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(FixInputError, match="does not exist"):
        load_rules(tmp_path / "nothing", mappings())


def test_rules_are_found_by_the_name_of_the_mappings_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(_CHECKOUT)
    found = read_specification(Path("mappings/hugmedo"))
    assert [suite.name for suite in found.rules] == ["common", "core", "halca", "ohr"]

    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").symlink_to(_CHECKOUT / "mappings" / "hugmedo")
    without = read_specification(tmp_path / "mine")
    assert (without.rules, without.rules_folder) == ([], None)


def test_the_rules_of_hugmedo_use_every_form_but_free_values() -> None:
    hugmedo = load_mappings(_CHECKOUT / "mappings" / "hugmedo")
    suites = load_rules(_CHECKOUT / "validation" / "hugmedo", hugmedo)
    used = {type(check.form) for suite in suites for check in suite.checks}
    # Value sets stand in the mappings already, and are checked by the generated suites.
    assert set(FORMS.values()) - used == {FORMS["in"]}
