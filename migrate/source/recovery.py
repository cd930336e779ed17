"""Point-in-time recovery of a table: the span of time out of which an export can be made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from migrate.aws import translated
from migrate.errors import RetryLaterError


@dataclass(frozen=True, slots=True)
class RecoveryWindow:
    """The earliest and the latest second that can be exported, in UTC.

    The latest runs about five minutes behind. The history begins anew when recovery is switched off
    and on again.
    """

    earliest: datetime
    latest: datetime

    def holds(self, time: datetime) -> bool:
        return self.earliest <= time <= self.latest


def recovery_window(client: Any, table: str) -> RecoveryWindow | None:
    """None where point-in-time recovery is off. Raises RetryLaterError while its history is empty,
    and as `migrate.aws.translated`."""
    with translated(f"the backups of table {table}"):
        answer = client.describe_continuous_backups(TableName=table)
    found = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
    if found.get("PointInTimeRecoveryStatus") != "ENABLED":
        return None
    if "EarliestRestorableDateTime" not in found or "LatestRestorableDateTime" not in found:
        message = f"point-in-time recovery of table {table} holds nothing yet"
        raise RetryLaterError(message, "it was switched on just now; wait some minutes")
    earliest = found["EarliestRestorableDateTime"].astimezone(UTC)
    latest = found["LatestRestorableDateTime"].astimezone(UTC).replace(microsecond=0)
    if earliest.microsecond:  # whole seconds inside the span
        earliest = earliest.replace(microsecond=0) + timedelta(seconds=1)
    return RecoveryWindow(earliest, max(earliest, latest))
