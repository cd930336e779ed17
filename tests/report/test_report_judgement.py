"""The verdict in words: what passes, what does not, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from migrate.report.judgement import judge
from migrate.report.record import Criterion, Reconciled, Record
from migrate.report.text import Texts
from tests.report.sample_parts import following
from tests.report.sample_record import (
    different_record,
    passed_record,
    unfinished_record,
    unmet_record,
)

_ENGLISH = Texts.load("en")

_CONTRADICTIONS: dict[str, Callable[[Record], Record]] = {
    "a criterion is not met": lambda r: replace(
        r, criteria=[*r.criteria, Criterion("orphans", 0, 3, False)]
    ),
    "a criterion is passed but not measured": lambda r: replace(
        r, criteria=[Criterion("orphans", 0, None, True)]
    ),
    "nothing was reconciled": lambda r: replace(r, reconciliation=[]),
    "an account does not balance": lambda r: replace(
        r, accounting=[replace(r.accounting[0], balanced=False)]
    ),
    "a reject rule is over its limit": lambda r: replace(
        r, rejects=[replace(r.rejects[0], passed=False)]
    ),
    "a suite could not be evaluated": lambda r: replace(
        r, suites=[replace(r.suites[0], raised=1)]
    ),
    "the streams were not read to their end": lambda r: replace(
        r, follow=replace(following(), drained=False)
    ),
    "changes are not accounted for": lambda r: replace(
        r, follow=replace(following(), models=(replace(following().models[0], balanced=False),))
    ),
    "rows differ": lambda r: replace(
        r, reconciliation=[Reconciled("core.users", 10, 1, 0, 0)]
    ),
}  # fmt: skip


def test_rows_that_differ_are_named_even_if_the_verdict_says_equal() -> None:
    record = _CONTRADICTIONS["rows differ"](passed_record())
    assert judge(record, _ENGLISH).sentence.startswith("1 row differs in 1 table")


def test_a_passed_rehearsal_says_how_much_was_compared() -> None:
    judgement = judge(passed_record(), _ENGLISH)
    assert (judgement.tone, judgement.word) == ("passed", "Passed")
    assert "28,271 rows in 21 tables" in judgement.sentence
    assert "128 rejects are within the approved list" in judgement.sentence


def test_the_japanese_sentence_names_what_is_different() -> None:
    judgement = judge(different_record(), Texts.load("ja"))
    assert judgement.word == "不合格"
    assert judgement.sentence.startswith(
        "4表で計6行の差異があります（移行漏れ2、余剰1、値の不一致3）。"
    )
    assert "ohr.chat_messages（2行）" in judgement.sentence


def test_an_equal_rehearsal_with_unmet_criteria_fails_and_says_that_it_is_equal() -> None:
    judgement = judge(unmet_record(), _ENGLISH)
    assert judgement.tone == "failed"
    assert "equals the source's" in judgement.sentence
    assert "Time taken, within the outage window" in judgement.sentence


def test_an_unfinished_rehearsal_does_not_pass() -> None:
    judgement = judge(replace(unfinished_record(), passed=True), _ENGLISH)
    assert (judgement.tone, judgement.passed) == ("unfinished", False)


@pytest.mark.parametrize("case", _CONTRADICTIONS)
def test_a_record_that_says_passed_against_its_own_evidence_does_not_pass(case: str) -> None:
    record = _CONTRADICTIONS[case](passed_record())
    assert judge(record, _ENGLISH).tone == "failed"
