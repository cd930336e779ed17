"""The parts of the sample records: HugMeDo's models, their counts, and what happened to them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from migrate.report.record import (
    Accounting,
    ColumnDifference,
    Criterion,
    Difference,
    ExportRead,
    FollowedModel,
    Following,
    Reconciled,
    RejectRule,
    Step,
    SuiteResult,
    Throughput,
)

START = datetime(2026, 6, 11, 2, 15, 0, tzinfo=UTC)

# model: read, tombstones, filtered, rejected, target tables
MODELS: dict[str, tuple[int, int, int, int, tuple[str, ...]]] = {
    "User": (1200, 11, 0, 6, ("core.users", "core.user_profiles", "core.user_settings")),
    "RefreshToken": (900, 0, 240, 1, ("core.refresh_tokens",)),
    "PasswordResetToken": (120, 0, 31, 0, ("core.password_reset_tokens",)),
    "Role": (6, 0, 0, 0, ("core.roles",)),
    "Permission": (48, 0, 0, 0, ("core.permissions",)),
    "RolePermission": (131, 0, 0, 3, ("core.role_permissions",)),
    "Meeting": (1500, 19, 0, 8, ("ohr.meetings",)),
    "Attendee": (3100, 22, 0, 12, ("ohr.attendees",)),
    "MeetingEvent": (2600, 0, 0, 14, ("ohr.meeting_events",)),
    "ChatMessage": (5200, 64, 0, 31, ("ohr.chat_messages",)),
    "AssessmentSession": (700, 4, 0, 5, ("halca.assessment_sessions",)),
    "AssessmentQuestion": (160, 0, 0, 1, ("halca.assessment_questions",)),
    "AssessmentResponse": (2400, 0, 0, 17, ("halca.assessment_responses",)),
    "AssessmentResult": (610, 2, 0, 7, ("halca.assessment_results",)),
    "Appointment": (800, 9, 0, 6, ("common.appointments",)),
    "Notification": (450, 0, 12, 2, ("common.notifications",)),
    "AuditLog": (350, 0, 0, 1, ("common.audit_logs",)),
}


def opaque_id(*parts: object) -> str:
    digest = hashlib.sha256(repr(parts).encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"


def sha256(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def criteria() -> list[Criterion]:
    return [
        Criterion("accounting", 0, 0, True),
        Criterion("missing", 0, 0, True),
        Criterion("extra", 0, 0, True),
        Criterion("different", 0, 0, True),
        Criterion("orphans", 0, 0, True),
        Criterion("patient_links", 0, 0, True),
        Criterion("suites_failed", 0, 0, True),
        Criterion("rejects", 0, 0, True),
        Criterion("window_seconds", 3600, 71.35, True),
        Criterion("rehearsals", 2, 4, True),
    ]


def accounting() -> list[Accounting]:
    return [
        Accounting(model, read, read - gone - left - bad, gone, left, bad, True)
        for model, (read, gone, left, bad, _) in MODELS.items()
    ]


def reconciliation() -> list[Reconciled]:
    rows = {line.model: line.loaded for line in accounting()}
    tables = [
        Reconciled(table, rows[model], 0, 0, 0)
        for model, line in MODELS.items()
        for table in line[4]
    ]
    lists = [
        Reconciled("ohr.meeting_agenda_items", 4290, 0, 0, 0),
        Reconciled("core.emergency_contacts", 1868, 0, 0, 0),
    ]
    return sorted([*tables, *lists], key=lambda line: line.table)


def suites() -> list[SuiteResult]:
    return [
        SuiteResult("core.generated", True, 64, 0),
        SuiteResult("ohr.generated", True, 71, 0),
        SuiteResult("halca.generated", True, 58, 0),
        SuiteResult("common.generated", True, 52, 0),
        SuiteResult("visits", True, 6, 0),
        SuiteResult("assessments", True, 5, 0),
        SuiteResult("appointments", True, 4, 0),
    ]


def failed_suites(suites: list[SuiteResult]) -> list[SuiteResult]:
    failure = {
        "check": "every chat sender attends the meeting", "table": "ohr.chat_messages",
        "column": "sender_id", "failed": 2,
        "keys": [{"id": opaque_id("chat", 4)}, {"id": opaque_id("chat", 9)}],
    }  # fmt: skip
    raised = {
        "check": "a result's score lies in its scale's range", "table": "halca.assessment_results",
        "column": "scores", "raised": "the scale of one result is not known",
    }  # fmt: skip
    changed = {
        "visits": SuiteResult("visits", False, 6, 1, 0, (failure,)),
        "assessments": SuiteResult("assessments", False, 5, 0, 1, (raised,)),
    }
    return [changed.get(suite.suite, suite) for suite in suites]


def steps() -> list[Step]:
    plan: dict[str, tuple[float, float | None]] = {
        "prepare": (3.21, 5), "lint": (0.42, 1), "plan": (0.88, 1), "load": (24.61, 30),
        "finalise": (5.07, 5), "validate": (36.2, 40), "report": (0.96, 2),
    }  # fmt: skip
    steps, at = [], START
    for name, (seconds, planned) in plan.items():
        steps.append(Step(name, seconds, at.isoformat(), planned))
        at += timedelta(seconds=seconds)
    return steps


def environment() -> dict[str, str]:
    return {
        "source": "組込みエミュレーター（DynamoDB 互換）", "region": "ap-northeast-1",
        "target": "組込み PostgreSQL", "target_version": "PostgreSQL 16.4",
        "tls": "なし（同一ホスト内）", "host": "rehearsal-01",
        "data": "生成した見本データ（個人情報なし）",
        "operator": "suzuki@example.jp", "witness": "tanaka@example.jp",
    }  # fmt: skip


def versions() -> dict[str, str]:
    general = {
        "tool": "migrate 0.1.0", "commit": sha256("commit")[:40], "mappings": sha256("mappings"),
        "profile": sha256("profile"), "data": sha256("data"),
    }  # fmt: skip
    return {**general, **{f"mapping:{model}": sha256(model) for model in MODELS}}


def exports() -> list[ExportRead]:
    """A full export, and the window behind it."""
    table = "arn:aws:dynamodb:ap-northeast-1:123456789012:table/User-abc-test"
    at, end = "2026-06-10T17:00:00+00:00", "2026-06-11T01:00:00+00:00"
    place = "s3://hugmedo-exports/june/AWSDynamoDB"
    return [
        ExportRead("User", "full", f"{table}/export/01781110800000-0a1b2c3d", "8f3d9a50", None, at,
                   1874, f"{place}/01781110800000-0a1b2c3d"),
        ExportRead("User", "incremental", f"{table}/export/01781139600000-4e5f6071", "8f3d9a50",
                   "2026-06-10T16:55:00+00:00", end, 12, f"{place}/01781139600000-4e5f6071"),
    ]  # fmt: skip


def following() -> Following:
    """A writer at 200 changes a second, seventy seconds long."""
    models = [
        FollowedModel("ChatMessage", 12_400, 11_750, 640, 10, 410, 0, 0, True),
        FollowedModel("Meeting", 1_980, 1_702, 277, 1, 36, 0, 0, True),
        FollowedModel("User", 1_644, 1_391, 251, 2, 0, 0, 0, True),
    ]
    names = ("captured", "applied", "superseded", "rejected", "deleted", "pending", "waiting")
    sums = {name: sum(getattr(one, name) for one in models) for name in names}
    kinds = {
        "bad": 980, "bury": 910, "delete": 1_520, "hot": 1_600, "insert": 4_210, "restore": 830,
        "unique": 730, "update": 3_220,
    }  # fmt: skip
    return Following(
        **sums,
        lag_seconds_max=31.4,
        drained=True,
        written=sum(kinds.values()),
        written_seconds=70.2,
        written_kinds=kinds,
        models=tuple(models),
    )


def rejects() -> list[RejectRule]:
    text = Path(__file__).with_name("sample_rejects.tsv").read_text(encoding="utf-8")
    lines = [line.split("\t") for line in text.splitlines()[1:]]
    return [
        RejectRule(model, rule, column, int(count), int(limit), reason, True, examples(model, rule))
        for model, rule, column, count, limit, reason in lines
    ]


def examples(model: str, rule: str) -> tuple[dict[str, str], ...]:
    value = {"duplicate": "s****@****.jp", "too-precise": "10**.**"}.get(rule, "****（312 文字）")
    return tuple({"key": f"id={opaque_id(model, rule, n)}", "value": value} for n in range(2))


def differences() -> list[Difference]:
    def key(*parts: object) -> dict[str, str]:
        return {"id": opaque_id(*parts)}

    swapped = "参照先が入れ替わっています"
    return [
        Difference("ohr.chat_messages", "missing", key("chat", 1)),
        Difference("ohr.chat_messages", "missing", key("chat", 2)),
        Difference("common.appointments", "extra", key("appointment", 3), (), "移行元にない行"),
        Difference(
            "core.user_profiles", "different", key("profile", 5),
            (ColumnDifference("date_of_birth", "20**-**-14", "20**-**-13"),
             ColumnDifference("phone_number", "090-****-**21", None)),
        ),
        Difference(
            "ohr.attendees", "different", key("attendee", 8),
            (ColumnDifference("user_id", opaque_id("user", 1), opaque_id("user", 2)),), swapped,
        ),
        Difference(
            "ohr.attendees", "different", key("attendee", 9),
            (ColumnDifference("user_id", opaque_id("user", 2), opaque_id("user", 1)),), swapped,
        ),
    ]  # fmt: skip


def throughput() -> list[Throughput]:
    points, items = [], 0.0
    for step in range(1, 50):
        rate = 900 - 380 * (step < 4) - 160 * (step % 11 == 0) + 70 * ((step * 7) % 5 - 2)
        items += rate * 0.5
        points.append(Throughput(step * 0.5, round(items)))
    scale = 20275 / points[-1].items
    return [replace(point, items=round(point.items * scale)) for point in points]


def earlier() -> list[dict[str, Any]]:
    return [
        {"run_id": "20260604T013000Z-local-51c0de", "finished_at": "2026-06-04T01:32:41+00:00",
         "verdict": "different", "passed": False, "seconds": 118.4, "items": 20275},
        {"run_id": "20260608T020000Z-local-c41d20", "finished_at": "2026-06-08T02:01:29+00:00",
         "verdict": "equal", "passed": False, "seconds": 84.9, "items": 20275},
        {"run_id": "20260609T021000Z-local-08be77", "finished_at": "2026-06-09T02:11:16+00:00",
         "verdict": "equal", "passed": True, "seconds": 73.0, "items": 20275},
    ]  # fmt: skip


def production() -> list[dict[str, str]]:
    return [
        {"subject": "データ", "rehearsal": "生成した見本データ", "production": "本番データ",
         "effect": "未知の値の形は見つからない。検証環境で本番相当データにより再度実施する。"},
        {"subject": "件数", "rehearsal": "約 2 万件", "production": "約 320 万件（見込み）",
         "effect": "所要時間は件数にほぼ比例。見積りは 70 分。"},
        {"subject": "移行元", "rehearsal": "エミュレーター", "production": "DynamoDB（東京）",
         "effect": "読取り制限（スロットリング）は再現しない。"},
    ]  # fmt: skip
