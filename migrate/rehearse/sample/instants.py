"""Instants of the sample in the forms in which Amplify and its clients write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# 2023-04-01 to 2025-05-01: fixed, because the same seed must give the same sample on every day.
FIRST_MS = 1_680_307_200_000
PERIOD_MS = 761 * 86_400_000

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


def moment(milliseconds: int) -> datetime:
    return EPOCH + timedelta(milliseconds=milliseconds)


def iso(milliseconds: int) -> str:
    """As Amplify writes it: `2024-05-01T09:00:00.000Z`."""
    return moment(milliseconds).strftime("%Y-%m-%dT%H:%M:%S.") + f"{milliseconds % 1000:03d}Z"


def milliseconds_of(written: str) -> int:
    """The way back from `iso`."""
    return (datetime.fromisoformat(written) - EPOCH) // timedelta(milliseconds=1)


def day(milliseconds: int) -> str:
    return moment(milliseconds).date().isoformat()
