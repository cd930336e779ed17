"""Numbers as exact decimal text: the verifier's own reading of N, compared by value."""

from __future__ import annotations

import decimal
import re
from decimal import Decimal

from migrate.validate.refused import Refused

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ALREADY_CANONICAL = re.compile(r"0|-?[1-9][0-9]{0,99}")

# What PostgreSQL's numeric can hold: digits before and after the decimal point.
_WHOLE_DIGITS_MAX = 131_072
_FRACTION_DIGITS_MAX = 16_383

# DynamoDB has 126 digits before the point and 130 after it; text may have more. Nothing that
# passes the limits above is ever rounded by this context.
WIDE = decimal.Context(
    prec=_WHOLE_DIGITS_MAX + _FRACTION_DIGITS_MAX + 2,
    Emax=decimal.MAX_EMAX,
    Emin=decimal.MIN_EMIN,
    traps=[decimal.InvalidOperation],
)
_ROUNDING = {"round": decimal.ROUND_HALF_UP, "truncate": decimal.ROUND_DOWN}


def is_number(text: str) -> bool:
    """Whether `text` is written as a number."""
    return _NUMBER.fullmatch(text) is not None


def canonical_number(text: str) -> str:
    """No exponent, plus, leading zeros or trailing zeros after the point. Raises Refused."""
    if _ALREADY_CANONICAL.fullmatch(text):
        return text
    if not is_number(text):
        raise Refused("bad-number")
    try:
        return written(Decimal(text))
    except decimal.InvalidOperation:  # an exponent of more than 18 digits
        raise Refused("out-of-range") from None


def written(value: Decimal) -> str:
    """The canonical text of a finite decimal. Raises Refused beyond PostgreSQL's numeric."""
    if not value:
        return "0"
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise Refused("bad-number")
    # Looked at before formatting, which would write the zeros of 1E999999999 out.
    if value.adjusted() >= _WHOLE_DIGITS_MAX or exponent < -10 * _FRACTION_DIGITS_MAX:
        raise Refused("out-of-range")
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if len(text.partition(".")[2]) > _FRACTION_DIGITS_MAX:
        raise Refused("out-of-range")
    return text


def whole_number(text: str, low: int, high: int) -> str:
    """A whole number from `low` to `high`, such as `1E2`. Raises Refused."""
    number = canonical_number(text)
    if "." in number:
        raise Refused("not-integer")
    if len(number) > 20 or not low <= int(number) <= high:
        raise Refused("out-of-range")
    return number


def scaled_number(text: str, precision: int, scale: int, finer: str) -> str:
    """A number as numeric(precision, scale) keeps it. Raises Refused."""
    number = canonical_number(text)
    if len(number.partition(".")[2]) > scale:
        if finer not in _ROUNDING:
            raise Refused("too-precise")
        step = Decimal((0, (1,), -scale))
        rounded = WIDE.create_decimal(number).quantize(step, _ROUNDING[finer], WIDE)
        number = written(rounded)
    whole = number.partition(".")[0].lstrip("-")
    if whole != "0" and len(whole) > precision - scale:
        raise Refused("out-of-range")
    return number


def double_number(text: str) -> str:
    """A number that the nearest double writes back unchanged. Raises Refused."""
    number = canonical_number(text)
    nearest = float(number)
    if nearest in (float("inf"), float("-inf")) or (nearest == 0.0 and number != "0"):
        raise Refused("out-of-range")
    if written(Decimal(repr(nearest))) != number:
        raise Refused("too-precise")
    return number


def sort_value(text: str) -> Decimal:
    """The value that a number set is sorted by. Raises Refused."""
    return Decimal(canonical_number(text))
