"""DynamoDB numbers as exact text: never through a float."""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, InvalidOperation

from migrate.item.refusal import Refusal

# What PostgreSQL's numeric, and with it a number in jsonb, can hold: digits before and behind the
# point. DynamoDB's 126 and 130 are far inside; only a number written as text reaches the limits.
_WHOLE_DIGITS_MAX = 131_072
_FRACTION_DIGITS_MAX = 16_383
# A coefficient may end in zeros that do not count; past this many, nobody counts them.
_EXPONENT_LEAST = -10 * _FRACTION_DIGITS_MAX

# Wide enough that nothing inside the limits is ever rounded; the default context of 28 digits,
# and boto3's of 38, change or refuse numbers that DynamoDB can hold.
WIDE = Context(prec=400_000)

_PLAIN = re.compile(r"(?:0|-?[1-9][0-9]{0,99})\Z", re.ASCII)
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z", re.ASCII)

_ZERO = Decimal(0)
_SURELY_INSIDE = 1_000


def decimal(text: str) -> Decimal:
    """The exact value. Raises Refusal: bad-number, out-of-range (see the limits above)."""
    if not _NUMBER.match(text):
        raise Refusal("bad-number")
    try:
        value = Decimal(text)  # the constructor is exact, whatever the context
    except InvalidOperation:  # an exponent of more than 18 digits
        raise Refusal("out-of-range") from None
    if not value:
        return _ZERO  # without the exponent of 0E999999999
    if len(text) > _SURELY_INSIDE or not -_SURELY_INSIDE < value.adjusted() < _SURELY_INSIDE:
        _check_limits(value)
    return value


def _check_limits(value: Decimal) -> None:
    # Looked at before anything writes out the zeros of 1E999999999.
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    if value.adjusted() >= _WHOLE_DIGITS_MAX or exponent < _EXPONENT_LEAST:
        raise Refusal("out-of-range")
    shortest = WIDE.normalize(value).as_tuple().exponent
    assert isinstance(shortest, int)
    if -shortest > _FRACTION_DIGITS_MAX:
        raise Refusal("out-of-range")


def is_number(text: str) -> bool:
    """Whether a string is written as a number."""
    return _NUMBER.match(text) is not None


def canonical(text: str) -> str:
    """Without exponent, plus, leading zeros or trailing zeros behind the point; zero is `0`."""
    return text if _PLAIN.match(text) else plain(decimal(text))


def plain(value: Decimal) -> str:
    """A Decimal in canonical text."""
    if not value:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def whole(text: str, least: int, most: int) -> str:
    """A whole number within bounds. Raises Refusal: not-integer, out-of-range, bad-number."""
    if _PLAIN.match(text):
        value = int(text)
    else:
        number = decimal(text)
        if number != number.to_integral_value(context=WIDE):
            raise Refusal("not-integer")
        if number and number.adjusted() > 20:  # before a whole number of 131,072 digits is made
            raise Refusal("out-of-range")
        value = int(number)
    if not least <= value <= most:
        raise Refusal("out-of-range")
    return str(value)


def fixed(text: str, precision: int, scale: int, finer: str) -> str:
    """A number for numeric(precision, scale). Raises Refusal: too-precise, out-of-range."""
    value = decimal(text)
    step = Decimal((0, (1,), -scale))
    if value != value.quantize(step, ROUND_DOWN, WIDE):
        if finer == "reject":
            raise Refusal("too-precise")
        value = value.quantize(step, ROUND_HALF_UP if finer == "round" else ROUND_DOWN, WIDE)
    # Not abs(), which rounds to the 28 digits of the default context.
    if value.copy_abs() >= Decimal((0, (1,), precision - scale)):
        raise Refusal("out-of-range")
    return plain(value)


def double(text: str) -> str:
    """A number that a double writes back unchanged. Raises Refusal: too-precise, out-of-range."""
    value = decimal(text)
    if not value:
        return "0"  # never -0, which PostgreSQL would keep and print
    nearest = float(value)
    if nearest in (float("inf"), float("-inf"), 0.0):
        raise Refusal("out-of-range")
    if Decimal(repr(nearest)) != value:
        raise Refusal("too-precise")
    return repr(nearest)
