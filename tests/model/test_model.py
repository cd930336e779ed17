"""The rules of a consistent copy hold in every small history, and none of them can be left out."""

from __future__ import annotations

from dataclasses import fields

import pytest

from tests.docs.pages import DOCS
from tests.model.cases import BROKEN, GAPS, HOLDS, NOT_NEEDED, Case
from tests.model.explore import explore
from tests.model.rules import Rules

_PAGE = (DOCS / "explanation/consistent-copy.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", HOLDS, ids=str)
def test_a_drained_copy_is_what_a_fresh_load_would_leave(case: Case) -> None:
    found = explore(case.bounds)
    assert found.wrong is None, f"\n{found.wrong}"
    assert found.ends
    assert found.gaps == 0, "a copy is given up only where something was lost"
    assert found.row(case.name) in _PAGE


@pytest.mark.parametrize("case", GAPS, ids=str)
def test_a_stream_that_lost_records_ends_equal_or_says_copy_again(case: Case) -> None:
    found = explore(case.bounds)
    assert found.wrong is None, f"\n{found.wrong}"
    assert found.ends
    assert found.gaps
    assert found.row(case.name) in _PAGE


@pytest.mark.parametrize("case", BROKEN, ids=str)
def test_a_broken_rule_has_a_counterexample(case: Case) -> None:
    found = explore(case.bounds, case.rules)
    assert found.wrong is not None
    assert f"### {case.name}\n" in _PAGE
    assert f"```text\n{found.wrong}\n```" in _PAGE


@pytest.mark.parametrize("case", BROKEN, ids=str)
def test_the_same_histories_are_harmless_while_the_rules_are_kept(case: Case) -> None:
    assert explore(case.bounds).wrong is None


@pytest.mark.parametrize("case", NOT_NEEDED, ids=str)
def test_a_rule_kept_for_calm_does_not_change_the_end(case: Case) -> None:
    found = explore(case.bounds, case.rules)
    assert found.wrong is None, f"\n{found.wrong}"
    assert found.row(case.name) in _PAGE


def test_every_rule_is_broken_once() -> None:
    names = {field.name for field in fields(Rules)}
    cases = (*BROKEN, *NOT_NEEDED)
    assert names == {name for case in cases for name in names if not getattr(case.rules, name)}
