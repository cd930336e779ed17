"""DynamoDB numbers as exact text: never through a float."""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, InvalidOperation

from migrate.item.refusal import Refusal

# Wide enough for 126 digits before and 130 behind the point, DynamoDB's whole range; the default
# context of 28 digits, and boto3's of 38, change or refuse numbers that DynamoDB can hold.
_WIDE = Context(prec=400)

_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]*)\Z", re.ASCII)
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?\Z", re.ASCII)


def decimal(text: object) -> Decimal:
    """The exact value. Raises Refusal('bad-number')."""
    if not isinstance(text, str) or not _NUMBER.match(text):
        raise Refusal("bad-number")
    try:
        return _WIDE.create_decimal(text)
    except InvalidOperation:
        raise Refusal("bad-number") from None


def is_number(text: object) -> bool:
    """Whether a string is written as a number."""
    return isinstance(text, str) and _NUMBER.match(text) is not None


def canonical(text: object) -> str:
    """Without exponent, plus, leading zeros or trailing zeros behind the point; zero is `0`."""
    if isinstance(text, str) and text != "-0" and _PLAIN.match(text):
        return text
    return plain(decimal(text))


def plain(value: Decimal) -> str:
    """A Decimal in canonical text."""
    if not value:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def whole(text: object, least: int, most: int) -> str:
    """A whole number within bounds. Raises Refusal: not-integer, out-of-range, bad-number."""
    if isinstance(text, str) and _PLAIN.match(text) and text != "-0":
        value = int(text) if len(text) < 40 else most + 1
    else:
        number = decimal(text)
        if number != number.to_integral_value(context=_WIDE):
            raise Refusal("not-integer")
        value = int(number)
    if not least <= value <= most:
        raise Refusal("out-of-range")
    return str(value)


def fixed(text: object, precision: int, scale: int, finer: str) -> str:
    """A number for numeric(precision, scale). Raises Refusal: too-precise, out-of-range."""
    value = decimal(text)
    step = Decimal((0, (1,), -scale))
    if value != value.quantize(step, ROUND_DOWN, _WIDE):
        if finer == "reject":
            raise Refusal("too-precise")
        value = value.quantize(step, ROUND_HALF_UP if finer == "round" else ROUND_DOWN, _WIDE)
    if abs(value) >= Decimal((0, (1,), precision - scale)):
        raise Refusal("out-of-range")
    return plain(value)


def double(text: object) -> str:
    """A number that a double writes back unchanged. Raises Refusal: too-precise, out-of-range."""
    value = decimal(text)
    nearest = float(value)
    if nearest in (float("inf"), float("-inf")):
        raise Refusal("out-of-range")
    if Decimal(repr(nearest)) != value:
        raise Refusal("too-precise")
    return repr(nearest)
