"""Runs suites: Great Expectations judges every check, and our own SQL counts the same rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing

from migrate.mapping.spec import Mapping
from migrate.validate.session import Connect, Connection, session
from migrate.validate.suites.check import Check, Suite
from migrate.validate.suites.counting import Count, counts, failing_keys
from migrate.validate.suites.expectations import Evaluator, Judged, quiet
from migrate.validate.suites.generated import generated_suites
from migrate.validate.suites.outcome import Failure, Raised, SuiteOutcome
from migrate.validate.target_table import TargetTable, target_tables

_Answer = Failure | Raised | None
_Place = tuple[int, int]
"""A suite's number, and a check's number in it."""


def run_suites(
    connect: Connect, mappings: Sequence[Mapping], rules: Sequence[Suite]
) -> list[SuiteOutcome]:
    """The generated suites of `mappings`, then `rules`. Reads the target, changes nothing.

    A check fails when both say so with one count; where they disagree it has not been evaluated.
    Raises RetryLaterError when the target fails.
    """
    suites = [*generated_suites(mappings), *rules]
    tables = target_tables(mappings)
    answers: dict[_Place, _Answer] = {}
    with session(connect) as connection:
        connection.execute("SET default_transaction_read_only = on")
        with quiet(), closing(Evaluator(connect)) as evaluator:
            for name, places in _by_table(suites).items():
                checks = [suites[suite].checks[number] for suite, number in places]
                judged = evaluator.evaluate(tables[name], checks)
                found = _answers(connection, tables[name], checks, judged)
                answers.update(zip(places, found, strict=True))
    return [_outcome(number, suite, answers) for number, suite in enumerate(suites)]


def _by_table(suites: Sequence[Suite]) -> dict[str, list[_Place]]:
    found: dict[str, list[_Place]] = {}
    for suite_number, suite in enumerate(suites):
        for number, check in enumerate(suite.checks):
            found.setdefault(check.table, []).append((suite_number, number))
    return found


def _answers(
    connection: Connection,
    table: TargetTable,
    checks: Sequence[Check],
    judged: Sequence[Judged],
) -> Iterator[_Answer]:
    counted = counts(connection, table, checks)
    for check, verdict, count in zip(checks, judged, counted, strict=True):
        reason = _not_evaluated(verdict, count)
        if reason:
            yield Raised(check, reason)
        elif verdict.success:
            yield None
        else:
            keys = failing_keys(connection, table, check)
            yield Failure(check, count if isinstance(count, int) else None, keys, verdict.observed)


def _not_evaluated(verdict: Judged, count: Count) -> str:
    """Why a check is neither passed nor failed; empty when it is one of them."""
    if isinstance(count, str):
        return count
    if verdict.raised:
        return "Great Expectations could not evaluate it"
    # Of a table without rows, Great Expectations gives no count with its success.
    if count is not None and (verdict.success != (count == 0) or (verdict.count or 0) != count):
        return (
            f"Great Expectations counted {verdict.count} rows, our own query {count}:"
            " somebody writes to the target, or one of the two is wrong"
        )
    return ""


def _outcome(number: int, suite: Suite, answers: dict[_Place, _Answer]) -> SuiteOutcome:
    found = [answers[number, place] for place in range(len(suite.checks))]
    return SuiteOutcome(
        suite=suite.name,
        checks=len(suite.checks),
        failures=tuple(one for one in found if isinstance(one, Failure)),
        not_evaluated=tuple(one for one in found if isinstance(one, Raised)),
    )
