"""AWS's calls for exports with their true rules, behind HTTP; its time stands still until told.

No emulator has them: recovery windows, tokens that hold for 8 hours, the limit of exports at once,
exports that fail. It is a rule of `scripted_dynamodb`, and answers DescribeTable as well.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from migrate.aws import Source
from migrate.pipeline.export_wait import Clock
from tests.source.scripted_dynamodb import Answer, failure, scripted

REGION = "ap-northeast-1"
NOW = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
DAY = 86_400.0
_BEHIND_SECONDS = 300.0
_TOKEN_SECONDS = 8 * 3600.0
_WINDOW_SECONDS = (900.0, DAY)


@dataclass
class Table:
    """A table; `pitr_since` None: recovery is off. Times are seconds since 1970."""

    name: str
    pitr_since: float | None
    items: int = 5
    size_bytes: int = 1 << 30
    table_id: str = "11111111-0000-4000-8000-000000000001"

    @property
    def arn(self) -> str:
        return f"arn:aws:dynamodb:{REGION}:123456789012:table/{self.name}"


@dataclass
class Exports:
    """The account. Change its attributes while it runs."""

    url: str = ""
    now: float = NOW.timestamp()
    tables: dict[str, Table] = field(default_factory=dict)
    limit: int = 300
    lasts_seconds: float = 40.0
    page: int = 2
    """Exports in one answer of ListExports."""
    failing: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Table name -> code and message with which its exports end."""
    errors: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Operation -> error codes of its next answers."""
    denied: set[str] = field(default_factory=set)
    """Tables that this role may not export."""
    ids: dict[str, str] = field(default_factory=dict)
    """Table name -> id of its next export, where its files are made beforehand."""
    just_on: set[str] = field(default_factory=set)
    """Tables whose recovery was switched on a moment ago."""
    begun: list[dict[str, Any]] = field(default_factory=list)
    """Every export that was really started, as described, with its `request`."""
    calls: list[str] = field(default_factory=list)
    on_sleep: Callable[[], None] = lambda: None

    def table(self, name: str, *, pitr: bool = True, **settings: Any) -> Table:
        """A table, with thirty days of history unless recovery is off."""
        since = self.now - 30 * DAY if pitr else None
        self.tables[name] = Table(name, since, **settings)
        return self.tables[name]

    @property
    def source(self) -> Source:
        return Source(REGION, self.url)

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.now, self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.on_sleep()
        self.now += seconds

    def rule(self, operation: str, request: dict[str, Any]) -> Answer:
        """An answer for each call."""
        self.calls.append(operation)
        if self.errors[operation]:
            code = self.errors[operation].pop(0)
            return failure(500 if code == "InternalServerError" else 400, code)
        self._advance()
        answers = {
            "DescribeTable": self._describe_table,
            "DescribeContinuousBackups": self._describe_backups,
            "ExportTableToPointInTime": self._export,
            "DescribeExport": self._describe_export,
            "ListExports": self._list_exports,
        }
        found = answers[operation](request)
        return found if isinstance(found, Answer) else Answer(200, json.dumps(found).encode())

    def _advance(self) -> None:
        for one in self.begun:
            if one["ExportStatus"] == "IN_PROGRESS" and self.now >= one["_ends"]:
                self._end(one)

    def _end(self, one: dict[str, Any]) -> None:
        table = self.tables[one["TableArn"].rpartition("/")[2]]
        one["EndTime"] = one["_ends"]
        if table.name in self.failing:
            one["ExportStatus"] = "FAILED"
            one["FailureCode"], one["FailureMessage"] = self.failing[table.name]
            return
        one |= {
            "ExportStatus": "COMPLETED",
            "ItemCount": table.items,
            "BilledSizeBytes": table.size_bytes,
            "ExportManifest": f"AWSDynamoDB/{one['ExportArn'][-23:]}/manifest-summary.json",
        }

    def _describe_table(self, request: dict[str, Any]) -> Any:
        table = self.tables.get(request["TableName"])
        if table is None:
            return failure(400, "ResourceNotFoundException")
        return {
            "Table": {
                "TableName": table.name, "TableArn": table.arn, "TableId": table.table_id,
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "CreationDateTime": 0, "ItemCount": table.items,
                "TableSizeBytes": table.size_bytes,
            }
        }  # fmt: skip

    def _describe_backups(self, request: dict[str, Any]) -> Any:
        table = self.tables[request["TableName"]]
        recovery: dict[str, Any] = {"PointInTimeRecoveryStatus": "DISABLED"}
        if table.name in self.just_on:
            recovery = {"PointInTimeRecoveryStatus": "ENABLED"}
        elif table.pitr_since is not None:
            recovery = {
                "PointInTimeRecoveryStatus": "ENABLED",
                "EarliestRestorableDateTime": table.pitr_since,
                "LatestRestorableDateTime": self.now - _BEHIND_SECONDS + 0.5,
            }
        described = {
            "ContinuousBackupsStatus": "ENABLED",
            "PointInTimeRecoveryDescription": recovery,
        }
        return {"ContinuousBackupsDescription": described}

    def _export(self, request: dict[str, Any]) -> Any:
        token = request.pop("ClientToken")
        for one in self.begun:
            is_fresh = self.now - one["StartTime"] < _TOKEN_SECONDS
            if one["ClientToken"] == token and is_fresh:
                same = one["request"] == request
                return _shown(one) if same else failure(400, "ExportConflictException")
        table = self.tables[request["TableArn"].rpartition("/")[2]]
        refusal = self._refusal(table, request)
        if refusal:
            return failure(400, refusal)
        self.begun.append(self._begin(table, request, token))
        return _shown(self.begun[-1])

    def _refusal(self, table: Table, request: dict[str, Any]) -> str:
        if table.name in self.denied:
            return "AccessDeniedException"
        if table.pitr_since is None:
            return "PointInTimeRecoveryUnavailableException"
        if sum(one["ExportStatus"] == "IN_PROGRESS" for one in self.begun) >= self.limit:
            return "LimitExceededException"
        window = request.get("IncrementalExportSpecification", {})
        start = window.get("ExportFromTime", request.get("ExportTime", table.pitr_since))
        end = window.get("ExportToTime", self.now - _BEHIND_SECONDS)
        if not table.pitr_since <= start <= self.now or end > self.now:
            return "InvalidExportTimeException"
        if window and not _WINDOW_SECONDS[0] <= end - start <= _WINDOW_SECONDS[1]:
            return "ValidationException"
        return ""

    def _begin(self, table: Table, request: dict[str, Any], token: str) -> dict[str, Any]:
        number = f"{int(self.now):014d}-{len(self.begun) + 1:08x}"
        export_id = self.ids.get(table.name, number)
        kept = {name: value for name, value in request.items() if name.startswith(("S3", "Export"))}
        window = request.get("IncrementalExportSpecification")
        return kept | {
            "ExportArn": f"{table.arn}/export/{export_id}",
            "ExportStatus": "IN_PROGRESS",
            "ClientToken": token,
            "TableArn": table.arn,
            "TableId": table.table_id,
            "StartTime": self.now,
            "ExportTime": request.get("ExportTime", self.now),
            "_ends": self.now + self.lasts_seconds,
            "request": dict(request),
            **({"IncrementalExportSpecification": self._window(window)} if window else {}),
        }

    def _window(self, window: dict[str, Any]) -> dict[str, Any]:
        return {"ExportToTime": float(int(self.now - _BEHIND_SECONDS)), **window}

    def _describe_export(self, request: dict[str, Any]) -> Any:
        for one in self.begun:
            if one["ExportArn"] == request["ExportArn"]:
                return _shown(one)
        return failure(400, "ExportNotFoundException")

    def _list_exports(self, request: dict[str, Any]) -> Any:
        listed = [one for one in reversed(self.begun) if one["TableArn"] == request["TableArn"]]
        first = int(request.get("NextToken", "0"))
        page = listed[first : first + self.page]
        names = ("ExportArn", "ExportStatus", "ExportType")
        answer: dict[str, Any] = {"ExportSummaries": [{n: one[n] for n in names} for one in page]}
        if first + self.page < len(listed):
            answer["NextToken"] = str(first + self.page)
        return answer


def _shown(one: dict[str, Any]) -> dict[str, Any]:
    hidden = {"_ends", "request"}
    return {"ExportDescription": {k: v for k, v in one.items() if k not in hidden}}


@contextmanager
def scripted_exports() -> Iterator[Exports]:
    """The account, while the block lasts."""
    exports = Exports()
    with scripted("http://127.0.0.1:1") as script:
        script.rule = exports.rule
        exports.url = script.url
        yield exports
