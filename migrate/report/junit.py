"""junit.xml: the rehearsal as test cases, for CI servers."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree

from migrate.report.judgement import differing
from migrate.report.printable import printable
from migrate.report.record import Following, Record


@dataclass(frozen=True)
class Case:
    """One test case; `failure` says what is not as it must be, `error` what is not known."""

    name: str
    failure: str = ""
    error: str = ""
    seconds: float | None = None


def render_junit(record: Record) -> str:
    """The text of junit.xml: failures are what did not pass, errors what was not measured."""
    suites = {
        "verdict": _verdict(record),
        "criteria": _criteria(record),
        "accounting": _accounting(record),
        "reconciliation": _reconciliation(record),
        "rejects": _rejects(record),
        "suites": _suites(record),
        **({"following": _following(record.follow)} if record.follow else {}),
    }
    cases = [case for group in suites.values() for case in group]
    root = ElementTree.Element("testsuites", {"name": printable(record.run_id), **_counts(cases)})
    for name, group in suites.items():
        element = ElementTree.SubElement(root, "testsuite", {"name": name, **_counts(group)})
        if record.started_at:
            element.set("timestamp", printable(record.started_at))
        for case in group:
            _append(element, name, case)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, "unicode") + "\n"


def _counts(cases: list[Case]) -> dict[str, str]:
    return {
        "tests": str(len(cases)),
        "failures": str(sum(bool(case.failure) for case in cases)),
        "errors": str(sum(bool(case.error) for case in cases)),
        "skipped": "0",
        "time": f"{sum(case.seconds or 0.0 for case in cases):.3f}",
    }


def _append(suite: ElementTree.Element, group: str, case: Case) -> None:
    attributes = {
        "classname": f"migrate.{group}",
        "name": printable(case.name),
        "time": f"{case.seconds or 0.0:.3f}",
    }
    element = ElementTree.SubElement(suite, "testcase", attributes)
    for kind, message in (("failure", case.failure), ("error", case.error)):
        if message:
            attributes = {"message": printable(message), "type": group}
            ElementTree.SubElement(element, kind, attributes)


def _verdict(record: Record) -> list[Case]:
    seconds = sum(step.seconds for step in record.steps)
    if record.verdict == "unfinished":
        return [Case("verdict", error="unfinished: not everything was measured", seconds=seconds)]
    failure = "" if record.verdict == "equal" else "source and target differ"
    passed = Case("passed", "" if record.passed else "the rehearsal did not pass")
    return [Case("verdict", failure, seconds=seconds), passed]


def _criteria(record: Record) -> list[Case]:
    if not record.criteria:
        return [Case("criteria", error="no criteria are recorded")]
    cases = []
    for line in record.criteria:
        if line.actual is None:
            cases.append(Case(line.id, error="not measured"))
        else:
            failure = "" if line.passed else f"threshold {line.threshold}, actual {line.actual}"
            cases.append(Case(line.id, failure))
    return cases


def _accounting(record: Record) -> list[Case]:
    if not record.accounting:
        return [Case("accounting", error="no accounting was done")]
    items = [
        Case(line.model, "" if line.balanced else (
            f"read {line.read} is not loaded {line.loaded} + tombstones {line.tombstones}"
            f" + filtered {line.filtered} + rejected {line.rejected}"))
        for line in record.accounting
    ]  # fmt: skip
    elements = [
        Case(f"{line.model}.{line.list}", "" if line.balanced else (
            f"read {line.read} is not rows {line.rows} + filtered {line.filtered}"
            f" + rejected {line.rejected}"))
        for line in record.children
    ]  # fmt: skip
    return items + elements


def _reconciliation(record: Record) -> list[Case]:
    if not record.reconciliation:
        return [Case("reconciliation", error="no reconciliation was done")]
    return [
        Case(line.table, "" if not differing(line) else (
            f"missing {line.missing}, extra {line.extra}, different {line.different}"
            f" of {line.compared} compared"))
        for line in record.reconciliation
    ]  # fmt: skip


def _rejects(record: Record) -> list[Case]:
    cases = []
    for rule in record.rejects:
        limit = "none: not listed" if rule.limit is None else rule.limit
        failure = "" if rule.passed else f"{rule.count} rejects, limit {limit}"
        cases.append(Case(f"{rule.model}.{rule.column or '-'}: {rule.rule}", failure))
    return cases


def _suites(record: Record) -> list[Case]:
    cases = []
    for suite in record.suites:
        failed = suite.failed or not (suite.passed or suite.raised)
        cases.append(
            Case(suite.suite, f"{suite.failed} of {suite.checks} checks failed" if failed else "")
        )
        if suite.raised:
            name = f"{suite.suite}: evaluation"
            cases.append(Case(name, error=f"{suite.raised} checks could not be evaluated"))
    return cases


def _following(follow: Following) -> list[Case]:
    streams = [
        Case(line.model, "" if line.balanced else (
            f"captured {line.captured} is not applied {line.applied} + superseded"
            f" {line.superseded} + rejected {line.rejected} + pending {line.pending}"))
        for line in follow.models
    ]  # fmt: skip
    drained = "" if follow.drained else "the streams were not read to their end"
    return [Case("drained", drained), *streams]
