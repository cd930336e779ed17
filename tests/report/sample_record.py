"""Rehearsals as realistic as a record can be, one a verdict, for every test of the reports."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from typing import Any, cast

from migrate.report.record import ChildAccounting, Reconciled, Record
from tests.report import sample_parts as parts

RUN_ID = "20260611T021500Z-local-7f3a9c"


def passed_record() -> Record:
    """Equal, and everything within its limits."""
    steps = parts.steps()
    return Record(
        run_id=RUN_ID,
        profile="local",
        verdict="equal",
        passed=True,
        criteria=parts.criteria(),
        accounting=parts.accounting(),
        children=[
            ChildAccounting("Meeting", "agendaItems", 4312, 4290, 14, 8, True),
            ChildAccounting("User", "emergencyContacts", 1874, 1868, 0, 6, True),
        ],
        reconciliation=parts.reconciliation(),
        suites=parts.suites(),
        steps=steps,
        follow=parts.following(),
        report={"html": "report.html", "json": "report.json", "junit": "junit.xml"},
        started_at=parts.START.isoformat(),
        finished_at=(parts.START + timedelta(seconds=sum(s.seconds for s in steps))).isoformat(),
        environment=parts.environment(),
        versions=parts.versions(),
        exports=parts.exports(),
        rejects=parts.rejects(),
        throughput=parts.throughput(),
        load={
            "items": 20275, "rows": 26149, "seconds": 24.61, "items_per_second": 823.9,
            "megabytes_per_second": 1.42, "units": 58, "resumed_units": 0,
        },
        foreign={"core.users": 12, "common.notifications": 40},
        earlier=parts.earlier(),
        document={
            "project": "HugMeDo データ移行", "revision": "1.0", "classification": "関係者限り",
            "distribution": "移行判定会議", "prepared_by": "移行チーム",
        },
        production_differences=parts.production(),
    )  # fmt: skip


def different_record() -> Record:
    """Rows differ, an account does not balance, a suite failed and another raised."""
    record = passed_record()
    wrong: dict[str, dict[str, int]] = {
        "core.user_profiles": {"different": 1}, "ohr.chat_messages": {"missing": 2},
        "ohr.attendees": {"different": 2}, "common.appointments": {"extra": 1},
    }  # fmt: skip
    actual: dict[str, int | None] = {
        "accounting": 1, "missing": 2, "extra": 1, "different": 3, "suites_failed": 1, "rejects": 1,
    }  # fmt: skip
    return replace(
        record,
        verdict="different",
        passed=False,
        criteria=[
            replace(line, actual=actual[line.id], passed=False) if line.id in actual
            else replace(line, actual=None, passed=False) if line.id == "patient_links"
            else line
            for line in record.criteria
        ],
        accounting=[
            replace(line, loaded=line.loaded - 2, balanced=False) if line.model == "ChatMessage"
            else line
            for line in record.accounting
        ],
        reconciliation=[_with_counts(t, **wrong.get(t.table, {})) for t in record.reconciliation],
        suites=parts.failed_suites(record.suites),
        rejects=[
            replace(rule, limit=None, reason="", passed=False) if rule.model == "Appointment"
            else rule
            for rule in record.rejects
        ],
        differences=parts.differences(),
        differences_total=6,
    )  # fmt: skip


def unmet_record() -> Record:
    """Equal, but it took longer than the window and one rule has too many rejects."""
    record = passed_record()
    actual = {"window_seconds": 4312.4, "rejects": 1}
    return replace(
        record,
        passed=False,
        criteria=[
            replace(line, actual=actual[line.id], passed=False) if line.id in actual else line
            for line in record.criteria
        ],
        rejects=[
            replace(rule, limit=5, passed=False) if rule.column == "title" else rule
            for rule in record.rejects
        ],
    )


def unfinished_record() -> Record:
    """Stopped after the load: nothing was verified."""
    record = passed_record()
    keep = {"accounting", "rejects"}
    return replace(
        record,
        verdict="unfinished",
        passed=False,
        criteria=[
            line if line.id in keep else replace(line, actual=None, passed=False)
            for line in record.criteria
        ],
        reconciliation=[],
        suites=[],
        steps=record.steps[:4],
        follow=None,
        foreign={},
        earlier=[],
        production_differences=[],
    )


def hostile_record(text: str) -> Record:
    """The differing rehearsal with `text` planted in every string that is free text."""
    return cast(Record, _planted(different_record(), text))


def _planted(value: Any, text: str, name: str = "") -> Any:
    if name in {"verdict", "kind"}:
        return value
    if isinstance(value, str):
        return f"{text}{value}"
    if is_dataclass(value) and not isinstance(value, type):
        changed = {f.name: _planted(getattr(value, f.name), text, f.name) for f in fields(value)}
        return type(value)(**changed)
    if isinstance(value, (list, tuple)):
        return type(value)(_planted(entry, text) for entry in value)
    if isinstance(value, dict):
        planted = {key: _planted(entry, text) for key, entry in value.items()}
        return planted | {f"{text}{key}": entry for key, entry in planted.items()}
    return value


def _with_counts(
    line: Reconciled, missing: int = 0, extra: int = 0, different: int = 0
) -> Reconciled:
    return replace(line, missing=missing, extra=extra, different=different)
