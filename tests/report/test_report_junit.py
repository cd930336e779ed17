"""junit.xml: one test case a criterion, account, table, rule and suite."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from migrate.report.junit import render_junit
from migrate.report.record import Record
from tests.report.sample_record import (
    different_record,
    hostile_record,
    passed_record,
    unfinished_record,
)


def _parsed(record: Record) -> ElementTree.Element:
    return ElementTree.fromstring(render_junit(record).encode())


def _troubles(root: ElementTree.Element, kind: str) -> dict[str, str]:
    return {
        f"{case.get('classname')}/{case.get('name')}": found.get("message", "")
        for case in root.iter("testcase")
        for found in case.findall(kind)
    }


def test_a_passed_rehearsal_has_neither_failures_nor_errors() -> None:
    record = passed_record()
    root = _parsed(record)
    assert (root.get("failures"), root.get("errors")) == ("0", "0")
    accounts = len(record.accounting) + len(record.children)
    evidence = len(record.criteria) + len(record.reconciliation) + len(record.suites)
    assert record.follow is not None
    followed = 1 + len(record.follow.models)  # 1: drained
    expected = 2 + accounts + evidence + len(record.rejects) + followed  # 2: verdict and passed
    assert root.get("tests") == str(expected)


def test_what_did_not_pass_fails_with_its_numbers() -> None:
    failures = _troubles(_parsed(different_record()), "failure")
    assert failures["migrate.verdict/verdict"] == "source and target differ"
    assert failures["migrate.criteria/missing"] == "threshold 0, actual 2"
    table = failures["migrate.reconciliation/ohr.attendees"]
    assert table == "missing 0, extra 0, different 2 of 3066 compared"
    assert failures["migrate.suites/visits"] == "1 of 6 checks failed"
    assert "limit none: not listed" in failures["migrate.rejects/Appointment.status: unknown-value"]
    assert "migrate.accounting/ChatMessage" in failures


def test_what_was_not_measured_or_raised_is_an_error() -> None:
    errors = _troubles(_parsed(different_record()), "error")
    assert errors == {
        "migrate.criteria/patient_links": "not measured",
        "migrate.suites/assessments: evaluation": "1 checks could not be evaluated",
    }


def test_an_unfinished_rehearsal_is_in_error() -> None:
    errors = _troubles(_parsed(unfinished_record()), "error")
    assert "migrate.verdict/verdict" in errors
    assert "migrate.reconciliation/reconciliation" in errors


@pytest.mark.parametrize("build", [passed_record, different_record, unfinished_record])
def test_the_totals_are_those_of_the_suites(build: Callable[[], Record]) -> None:
    root = _parsed(build())
    for count in ("tests", "failures", "errors"):
        assert root.get(count) == str(sum(int(suite.get(count, "")) for suite in root))
    assert root.get("failures") == str(len(list(root.iter("failure"))))


def test_markup_and_control_characters_stay_text() -> None:
    root = _parsed(hostile_record("<script>\x00\x1b&\ud800"))
    assert not list(root.iter("script"))
    assert (root.get("name") or "").startswith("<script>\u2400\u241b&\ufffd")
