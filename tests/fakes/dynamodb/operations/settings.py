"""Operations on a table's settings: time to live and point-in-time recovery."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.fakes.dynamodb.fake import FakeDynamoDB
from tests.fakes.dynamodb.operations.operation import operation
from tests.fakes.dynamodb.table import Table

_RECOVERY_DAYS = 35
_RECOVERY_LAG = timedelta(minutes=5)


def _describe_time_to_live(fake: FakeDynamoDB, request: dict[str, Any]) -> dict[str, Any]:
    attribute = fake.table(request["TableName"]).ttl_attribute
    shown: dict[str, Any] = {"TimeToLiveStatus": "DISABLED" if attribute is None else "ENABLED"}
    if attribute is not None:
        shown["AttributeName"] = attribute
    return {"TimeToLiveDescription": shown}


def _update_time_to_live(fake: FakeDynamoDB, request: dict[str, Any]) -> dict[str, Any]:
    wanted = request["TimeToLiveSpecification"]
    table = fake.table(request["TableName"])
    table.ttl_attribute = wanted["AttributeName"] if wanted["Enabled"] else None
    return {"TimeToLiveSpecification": wanted}


def _describe_backups(fake: FakeDynamoDB, request: dict[str, Any]) -> dict[str, Any]:
    return _backups(fake, fake.table(request["TableName"]))


def _update_backups(fake: FakeDynamoDB, request: dict[str, Any]) -> dict[str, Any]:
    table = fake.table(request["TableName"])
    wanted = request["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
    if not wanted:
        table.recovery_since = None
    elif table.recovery_since is None:  # switched off and on, it knows nothing of before
        table.recovery_since = fake.clock.now()
    return _backups(fake, table)


def _backups(fake: FakeDynamoDB, table: Table) -> dict[str, Any]:
    shown: dict[str, Any] = {"PointInTimeRecoveryStatus": "DISABLED"}
    if table.recovery_since is not None:
        now = fake.clock.now()
        earliest = max(table.recovery_since, now - timedelta(days=_RECOVERY_DAYS))
        shown = {
            "PointInTimeRecoveryStatus": "ENABLED",
            "RecoveryPeriodInDays": _RECOVERY_DAYS,
            "EarliestRestorableDateTime": earliest.timestamp(),
            "LatestRestorableDateTime": max(earliest, now - _RECOVERY_LAG).timestamp(),
        }
    return {
        "ContinuousBackupsDescription": {
            "ContinuousBackupsStatus": "ENABLED",
            "PointInTimeRecoveryDescription": shown,
        }
    }


OPERATIONS = {
    "DescribeTimeToLive": operation(_describe_time_to_live, "TableName"),
    "UpdateTimeToLive": operation(_update_time_to_live, "TableName TimeToLiveSpecification"),
    "DescribeContinuousBackups": operation(_describe_backups, "TableName"),
    "UpdateContinuousBackups": operation(
        _update_backups, "TableName PointInTimeRecoverySpecification"
    ),
}
