"""AWSDateTime, AWSDate, AWSTime and epochs as PostgreSQL text, the instant or text kept exactly."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_FLOOR, Context, Decimal
from typing import Any

from migrate.item import number
from migrate.item.refusal import Refusal

_OFFSET = r"(Z|[+-]\d\d:\d\d(?::\d\d)?)?"
_TIME = r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?"
_DATE = r"(\d\d\d\d)-(\d\d)-(\d\d)"
_DATETIME_FORM = re.compile(rf"{_DATE}T{_TIME}{_OFFSET}\Z", re.ASCII)
_DATE_FORM = re.compile(rf"{_DATE}{_OFFSET}\Z", re.ASCII)
_TIME_FORM = re.compile(rf"{_TIME}{_OFFSET}\Z", re.ASCII)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WIDE = Context(prec=400)


def timestamp(value: Any, *, digits: int, zone: str | None, finer: str, with_zone: bool) -> str:
    """AWSDateTime as UTC text with at most `digits` (0 to 6) fraction digits.

    Raises Refusal: bad-datetime, no-zone, too-precise.
    """
    form = _DATETIME_FORM.match(value) if isinstance(value, str) else None
    if form is None:
        raise Refusal("bad-datetime")
    year, month, day, hour, minute, second, fraction, offset = form.groups()
    if offset is None:
        offset = zone
        if offset is None:
            raise Refusal("no-zone")
    try:
        local = datetime(
            int(year), int(month), int(day), int(hour), int(minute), int(second or 0), tzinfo=UTC
        )
        moment = local - _offset(offset)
        moment += _kept(fraction, digits, finer)
    except (ValueError, OverflowError):
        raise Refusal("bad-datetime") from None
    return _timestamp_text(moment, with_zone=with_zone)


def epoch_timestamp(value: Any, *, units: int, digits: int, finer: str, with_zone: bool) -> str:
    """An N of seconds (units=1) or milliseconds (units=1000). Raises as `timestamp`."""
    return _timestamp_text(_epoch(value, units, digits, finer), with_zone=with_zone)


def epoch_date(value: Any, *, units: int) -> str:
    """The UTC date of an epoch, whatever its time of day."""
    return _epoch(value, units, 6, "truncate").date().isoformat()


def date_text(value: Any, *, drop_offset: bool) -> str:
    """AWSDate. Raises Refusal: bad-date, date-offset."""
    form = _DATE_FORM.match(value) if isinstance(value, str) else None
    if form is None:
        raise Refusal("bad-date")
    try:
        found = date(int(form.group(1)), int(form.group(2)), int(form.group(3)))
        _check_dropped(form.group(4), drop_offset)
    except ValueError:
        raise Refusal("bad-date") from None
    return found.isoformat()


def time_text(value: Any, *, digits: int, finer: str, drop_offset: bool) -> str:
    """AWSTime. Raises Refusal: bad-time, date-offset, too-precise."""
    form = _TIME_FORM.match(value) if isinstance(value, str) else None
    if form is None:
        raise Refusal("bad-time")
    hour, minute, second, fraction, offset = form.groups()
    try:
        found = datetime.combine(_EPOCH, time(int(hour), int(minute), int(second or 0)), UTC)
        _check_dropped(offset, drop_offset)
    except ValueError:
        raise Refusal("bad-time") from None
    moment = found + _kept(fraction, digits, finer)
    if moment.date() != found.date():  # 23:59:59.9999999 rounded up has no time of day left
        raise Refusal("bad-time")
    return moment.time().isoformat()


def _offset(text: str) -> timedelta:
    if text == "Z":
        return timedelta()
    parts = [int(part) for part in text[1:].split(":")]
    hours, minutes, seconds = parts[0], parts[1], parts[2] if len(parts) > 2 else 0
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError(text)
    size = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return -size if text[0] == "-" else size


def _check_dropped(offset: str | None, drop_offset: bool) -> None:
    if offset is None:
        return
    _offset(offset)
    if not drop_offset:
        raise Refusal("date-offset")


def _kept(fraction: str | None, digits: int, finer: str) -> timedelta:
    """A written fraction of a second as far as the column keeps it."""
    if not fraction:
        return timedelta()
    if len(fraction) <= digits:
        return timedelta(microseconds=int(fraction.ljust(6, "0")))
    kept, lost = int(fraction[:digits] or "0"), fraction[digits:]
    if lost.strip("0"):
        if finer == "reject":
            raise Refusal("too-precise")
        if finer == "round" and lost[0] >= "5":
            kept += 1
    return timedelta(microseconds=kept * 10 ** (6 - digits))


def _epoch(value: Any, units: int, digits: int, finer: str) -> datetime:
    seconds = _WIDE.divide(number.decimal(value), Decimal(units))
    scaled = seconds.scaleb(digits, _WIDE)
    kept = scaled.to_integral_value(ROUND_FLOOR, _WIDE)
    lost = _WIDE.subtract(scaled, kept)
    if lost:
        if finer == "reject":
            raise Refusal("too-precise")
        if finer == "round" and lost >= Decimal("0.5"):
            kept += 1
    try:
        return _EPOCH + timedelta(microseconds=int(kept) * 10 ** (6 - digits))
    except OverflowError:
        raise Refusal("bad-datetime") from None


def _timestamp_text(moment: datetime, *, with_zone: bool) -> str:
    text = moment.replace(tzinfo=None).isoformat(" ")
    return text + "+00" if with_zone else text
