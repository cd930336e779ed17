"""Each business rule of HugMeDo holds on good rows, and names exactly the rows that break it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from migrate.mapping.files import load_mappings
from migrate.validate.suites.files import load_rules
from migrate.validate.suites.outcome import SuiteOutcome
from migrate.validate.suites.run import run_suites
from tests.validate.suite_world import failing, raised, target

_CHECKOUT = Path(__file__).parents[2]
_CASES: dict[str, Any] = yaml.safe_load(
    (_CHECKOUT / "tests" / "cases" / "suites" / "hugmedo.yaml").read_text(encoding="utf-8")
)
_BROKEN: dict[str, list[int]] = {
    f"{suite} {rule}": case["keys"]
    for suite, rules in _CASES["broken"].items()
    for rule, case in rules.items()
}
HUGMEDO = load_mappings(_CHECKOUT / "mappings" / "hugmedo")
RULES = load_rules(_CHECKOUT / "validation" / "hugmedo", HUGMEDO)


def _rules_of(outcomes: list[SuiteOutcome]) -> list[SuiteOutcome]:
    return [one for one in outcomes if not one.suite.startswith("generated:")]


@pytest.fixture(scope="module")
def both(postgres_server_url: str) -> Iterator[tuple[list[SuiteOutcome], list[SuiteOutcome]]]:
    """What the rules find on good rows, and after every broken row was planted among them."""
    with target(postgres_server_url, HUGMEDO) as one:
        one.sql(_CASES["good"])
        good = run_suites(one.connect, HUGMEDO, RULES)
        for rules in _CASES["broken"].values():
            for case in rules.values():
                one.sql(case["plant"])
        yield _rules_of(good), _rules_of(run_suites(one.connect, HUGMEDO, RULES))


def test_every_rule_has_a_case_that_breaks_it() -> None:
    rules = {f"{suite.name} {check.id}" for suite in RULES for check in suite.checks}
    assert rules == set(_BROKEN)


def test_good_rows_pass_every_rule(both: tuple[list[SuiteOutcome], list[SuiteOutcome]]) -> None:
    good, _ = both
    assert failing(good) == {}
    assert raised(good) == {}
    assert all(one.passed for one in good)


@pytest.mark.parametrize(("rule", "keys"), _BROKEN.items())
def test_a_planted_row_breaks_its_rule(
    both: tuple[list[SuiteOutcome], list[SuiteOutcome]], rule: str, keys: list[int]
) -> None:
    _, broken = both
    assert failing(broken)[rule] == keys


def test_nothing_else_fails_and_nothing_raises(
    both: tuple[list[SuiteOutcome], list[SuiteOutcome]],
) -> None:
    _, broken = both
    counts = {
        f"{one.suite} {failure.check.id}": failure.count
        for one in broken
        for failure in one.failures
    }
    assert counts == {rule: len(keys) for rule, keys in _BROKEN.items()}
    assert raised(broken) == {}
    assert {one.suite: one.passed for one in broken} == dict.fromkeys(_CASES["broken"], False)


def test_a_warning_is_shown_and_is_no_failure(
    both: tuple[list[SuiteOutcome], list[SuiteOutcome]],
) -> None:
    _, broken = both
    (ohr,) = (one for one in broken if one.suite == "ohr")
    warnings = [one.check.id for one in ohr.failures if one.check.severity == "warning"]
    assert warnings == ["nobody-is-invited-twice"]
    assert ohr.failed == len(ohr.failures) - 1
