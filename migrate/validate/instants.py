"""Dates, times of day and instants: the verifier's own reading, by whole numbers only."""

from __future__ import annotations

import re
from datetime import date

from migrate.validate.numbers import canonical_number
from migrate.validate.refused import Refused

_OFFSET = r"(Z|[+-][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?"
_DAY = r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
_CLOCK = r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?"
_DATE = re.compile(_DAY + _OFFSET)
_TIME = re.compile(_CLOCK + _OFFSET)
_INSTANT = re.compile(_DAY + "T" + _CLOCK + _OFFSET)

_DAY_SECONDS = 86_400
_CYCLE_DAYS = 146_097  # the Gregorian calendar repeats after 400 years
_LAST_ORDINAL = date(9999, 12, 31).toordinal()
_EPOCH_SECONDS = date(1970, 1, 1).toordinal() * _DAY_SECONDS


def date_text(text: str, *, drop_offset: bool) -> str:
    """`YYYY-MM-DD`, a written offset left out if allowed. Raises Refused."""
    match = _DATE.fullmatch(text)
    if match is None:
        raise Refused("bad-date")
    year, month, day, offset = match.groups()
    if year == "0000" or _ordinal(year, month, day) is None:
        raise Refused("bad-date")
    _check_offset(offset, "bad-date", drop=drop_offset)
    return f"{year}-{month}-{day}"


def time_text(text: str, digits: int, finer: str, *, drop_offset: bool) -> str:
    """A time of day with at most `digits` digits of a second. Raises Refused."""
    match = _TIME.fullmatch(text)
    seconds = _clock_seconds(*match.groups()[:3]) if match else None
    if match is None or seconds is None:
        raise Refused("bad-time")
    _check_offset(match.group(5), "bad-time", drop=drop_offset)
    ticks = seconds * 10**digits + _fraction_ticks(match.group(4), digits, finer)
    if ticks >= _DAY_SECONDS * 10**digits:  # rounded up to 24:00
        raise Refused("out-of-range")
    return _clock_text(ticks, digits)


def instant_text(text: str, digits: int, finer: str, zone: str | None) -> str:
    """An instant as `YYYY-MM-DD hh:mm:ss[.fraction]` in UTC. Raises Refused."""
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise Refused("bad-datetime")
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    ordinal = _ordinal(year, month, day)
    clock = _clock_seconds(hour, minute, second)
    if ordinal is None or clock is None:
        raise Refused("bad-datetime")
    if offset is None and zone is None:
        raise Refused("no-zone")
    shift = _offset_seconds(offset or zone or "Z", "bad-datetime")
    seconds = ordinal * _DAY_SECONDS + clock - shift
    return _instant(seconds * 10**digits + _fraction_ticks(fraction, digits, finer), digits)


def epoch_text(number: str, unit: int, digits: int, finer: str) -> str:
    """An instant from a count of 1/`unit` seconds since 1970. Raises Refused."""
    numerator, denominator = _ratio(number)
    ticks = _rounded(numerator, denominator * unit, digits, finer)
    return _instant(_EPOCH_SECONDS * 10**digits + ticks, digits)


def epoch_date(number: str, unit: int) -> str:
    """The UTC date of such an instant. Raises Refused."""
    numerator, denominator = _ratio(number)
    ordinal = (_EPOCH_SECONDS + numerator // (denominator * unit)) // _DAY_SECONDS
    return _date_of(ordinal)


def _ratio(number: str) -> tuple[int, int]:
    text = canonical_number(number)
    whole, _, fraction = text.partition(".")
    if len(whole.lstrip("-")) > 20:
        raise Refused("out-of-range")
    # 200 digits are finer than any DynamoDB number; a sign of more is enough for the rest.
    fraction = fraction[:200] + ("1" if len(fraction) > 200 else "")
    return int(whole + fraction), 10 ** len(fraction)


def _ordinal(year: str, month: str, day: str) -> int | None:
    try:
        if year == "0000":  # exists before a conversion to UTC that ends in the year 0001
            return date(400, int(month), int(day)).toordinal() - _CYCLE_DAYS
        return date(int(year), int(month), int(day)).toordinal()
    except ValueError:
        return None


def _clock_seconds(hour: str, minute: str, second: str | None) -> int | None:
    hours, minutes, seconds = int(hour), int(minute), int(second or 0)
    if hours > 23 or minutes > 59 or seconds > 59:
        return None
    return hours * 3600 + minutes * 60 + seconds


def _offset_seconds(offset: str, rule: str) -> int:
    if offset == "Z":
        return 0
    seconds = _clock_seconds(offset[1:3], offset[4:6], offset[7:9] or None)
    if seconds is None:
        raise Refused(rule)
    return -seconds if offset[0] == "-" else seconds


def _check_offset(offset: str | None, rule: str, *, drop: bool) -> None:
    if offset is None:
        return
    _offset_seconds(offset, rule)
    if not drop:
        raise Refused("date-offset")


def _fraction_ticks(fraction: str | None, digits: int, finer: str) -> int:
    if not fraction:
        return 0
    return _rounded(int(fraction), 10 ** len(fraction), digits, finer)


def _rounded(numerator: int, denominator: int, digits: int, finer: str) -> int:
    """Seconds as whole ticks of 10^-digits; floor division is towards the earlier instant."""
    scale: int = 10**digits
    ticks, rest = divmod(numerator * scale, denominator)
    if rest and finer == "reject":
        raise Refused("too-precise")
    if finer == "round" and 2 * rest >= denominator:
        ticks += 1
    return ticks


def _instant(ticks: int, digits: int) -> str:
    ordinal, clock = divmod(ticks, _DAY_SECONDS * 10**digits)
    return f"{_date_of(ordinal)} {_clock_text(clock, digits)}"


def _date_of(ordinal: int) -> str:
    if not 1 <= ordinal <= _LAST_ORDINAL:
        raise Refused("out-of-range")
    return date.fromordinal(ordinal).isoformat()


def _clock_text(ticks: int, digits: int) -> str:
    seconds, rest = divmod(ticks, 10**digits)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{text}.{rest:0{digits}}".rstrip("0") if rest else text
