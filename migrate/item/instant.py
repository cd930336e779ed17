"""AWSDateTime, AWSDate, AWSTime and epochs as PostgreSQL text, the instant or text kept exactly."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_FLOOR, Decimal
from functools import lru_cache

from migrate.item import number
from migrate.item.refusal import Refusal

_OFFSET = r"(Z|[+-]\d\d:\d\d(?::\d\d)?)?"
_TIME = r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?"
_DATE = r"(\d\d\d\d)-(\d\d)-(\d\d)"
_DATETIME_FORM = re.compile(rf"{_DATE}T{_TIME}{_OFFSET}\Z", re.ASCII)
_DATE_FORM = re.compile(rf"{_DATE}{_OFFSET}\Z", re.ASCII)
_TIME_FORM = re.compile(rf"{_TIME}{_OFFSET}\Z", re.ASCII)

# All datetimes here are naive and mean UTC: aware ones cost half as much again per value.
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001
_NO_TIME = timedelta()
# The Gregorian calendar repeats after 400 years, and datetime has no year 0.
_CYCLE_YEARS = 400
_CYCLE = timedelta(days=146_097)
_EPOCH_DIGITS_MAX = 20
_HALF = Decimal("0.5")


def timestamp(value: str, *, digits: int, zone: str | None, finer: str, with_zone: bool) -> str:
    """AWSDateTime as UTC text with at most `digits` (0 to 6) fraction digits.

    Raises Refusal: bad-datetime, no-zone, too-precise, out-of-range.
    """
    form = _DATETIME_FORM.match(value)
    if form is None:
        raise Refusal("bad-datetime")
    year, month, day, hour, minute, second, fraction, offset = form.groups()
    try:
        moment = datetime(  # noqa: DTZ001
            int(year) or _CYCLE_YEARS,
            int(month), int(day), int(hour), int(minute), int(second or 0),
        )  # fmt: skip
        offset = offset or zone
        if offset is None:
            raise Refusal("no-zone")
        shift = _NO_TIME if offset == "Z" else -_offset(offset)
    except ValueError:
        raise Refusal("bad-datetime") from None
    if fraction:
        shift += _kept(fraction, digits, finer)
    if year == "0000":
        shift -= _CYCLE
    return _timestamp_text(_moved(moment, shift), with_zone=with_zone)


def epoch_timestamp(value: str, *, units: int, digits: int, finer: str, with_zone: bool) -> str:
    """An N of seconds (units=1) or milliseconds (units=1000).

    Raises Refusal: bad-number, too-precise, out-of-range.
    """
    return _timestamp_text(_epoch(value, units, digits, finer), with_zone=with_zone)


def epoch_date(value: str, *, units: int) -> str:
    """The UTC date of an epoch, whatever its time of day. Raises Refusal."""
    return _epoch(value, units, 6, "truncate").date().isoformat()


def date_text(value: str, *, drop_offset: bool) -> str:
    """AWSDate. Raises Refusal: bad-date, date-offset."""
    form = _DATE_FORM.match(value)
    if form is None:
        raise Refusal("bad-date")
    try:
        found = date(int(form.group(1)), int(form.group(2)), int(form.group(3)))
        _check_dropped(form.group(4), drop_offset)
    except ValueError:
        raise Refusal("bad-date") from None
    return found.isoformat()


def time_text(value: str, *, digits: int, finer: str, drop_offset: bool) -> str:
    """AWSTime. Raises Refusal: bad-time, date-offset, too-precise, out-of-range."""
    form = _TIME_FORM.match(value)
    if form is None:
        raise Refusal("bad-time")
    hour, minute, second, fraction, offset = form.groups()
    try:
        found = datetime.combine(_EPOCH, time(int(hour), int(minute), int(second or 0)))
        _check_dropped(offset, drop_offset)
    except ValueError:
        raise Refusal("bad-time") from None
    moment = found + _kept(fraction, digits, finer) if fraction else found
    if moment.date() != found.date():  # 23:59:59.9999999 rounded up has no time of day left
        raise Refusal("out-of-range")
    return moment.time().isoformat()


@lru_cache(maxsize=1024)
def _offset(text: str) -> timedelta:
    if text == "Z":
        return _NO_TIME
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


def _kept(fraction: str, digits: int, finer: str) -> timedelta:
    """A written fraction of a second as far as the column keeps it."""
    if len(fraction) <= digits:
        return timedelta(microseconds=int(fraction.ljust(6, "0")))
    kept, lost = int(fraction[:digits] or "0"), fraction[digits:]
    if lost.strip("0"):
        if finer == "reject":
            raise Refusal("too-precise")
        if finer == "round" and lost[0] >= "5":
            kept += 1
    return timedelta(microseconds=kept * 10 ** (6 - digits))


def _moved(moment: datetime, shift: timedelta) -> datetime:
    try:
        return moment + shift
    except OverflowError:  # before the year 1, or after 9999
        raise Refusal("out-of-range") from None


def _epoch(value: str, units: int, digits: int, finer: str) -> datetime:
    count = number.decimal(value)
    if count and count.adjusted() >= _EPOCH_DIGITS_MAX:
        raise Refusal("out-of-range")
    scaled = count.scaleb(digits - (3 if units == 1000 else 0), number.WIDE)
    kept = scaled.to_integral_value(ROUND_FLOOR, number.WIDE)
    lost = number.WIDE.subtract(scaled, kept)
    if lost:
        if finer == "reject":
            raise Refusal("too-precise")
        if finer == "round" and lost >= _HALF:
            kept += 1
    try:
        return _EPOCH + timedelta(microseconds=int(kept) * 10 ** (6 - digits))
    except OverflowError:
        raise Refusal("out-of-range") from None


def _timestamp_text(moment: datetime, *, with_zone: bool) -> str:
    text = moment.isoformat(" ")
    return text + "+00" if with_zone else text
