"""Cuts a span of time into the windows that AWS accepts for incremental exports."""

from __future__ import annotations

from datetime import datetime, timedelta

from migrate.errors import FixInputError, RetryLaterError

Window = tuple[datetime, datetime | None]
"""Start (inclusive) and end (exclusive); None: up to the newest there is."""

WINDOW_MIN = timedelta(minutes=15)
WINDOW_MAX = timedelta(hours=24)
_HALF = WINDOW_MAX / 2

# A window without an end grows until AWS has the request; it must not outgrow the maximum then.
_GROWTH = timedelta(minutes=10)


def windows(table: str, since: datetime, until: datetime | None, latest: datetime) -> list[Window]:
    """The windows from `since` to `until`, in order, without gap or overlap.

    Without `until` the last one is open. All cuts but the last two depend on `since` only: a
    repeated command asks for the same windows. Raises FixInputError, and RetryLaterError while
    the first one is still too short.
    """
    if until is not None and until - since < WINDOW_MIN:
        raise FixInputError(
            f"table {table}: from {since.isoformat()} to {until.isoformat()} is less than the"
            " 15 minutes that an incremental export must cover",
            "choose a later --until",
        )
    if until is None and latest - since < WINDOW_MIN:
        ready = since + WINDOW_MIN
        raise RetryLaterError(
            f"table {table}: an incremental export covers at least 15 minutes, and there are"
            f" {max(0, int((latest - since).total_seconds() // 60))} since {since.isoformat()}",
            f"run it again when recovery has reached {ready.isoformat()} (5 minutes behind)",
        )
    return list(_cut(since, until, latest))


def _cut(start: datetime, until: datetime | None, latest: datetime) -> list[Window]:
    found: list[Window] = []
    while True:
        left = (until or latest) - start
        if left <= (WINDOW_MAX if until else WINDOW_MAX - _GROWTH):
            return [*found, (start, until)]
        # What a whole day leaves over must make a window too.
        step = WINDOW_MAX if left >= WINDOW_MAX + WINDOW_MIN else _HALF
        found.append((start, start + step))
        start += step
