"""What the numbers of one attribute look like: range, digits, and whether they could be epochs."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal

from migrate.item import number
from migrate.item.profile_distinct import Distinct
from migrate.item.profile_weights import by_key
from migrate.item.refusal import Refusal

WHOLE, FRACTION, NOT_A_NUMBER = "whole", "fraction", "not a number"
EPOCH_SECONDS, EPOCH_MILLISECONDS = "epoch seconds", "epoch milliseconds"

# 2000-01-01 to 2100-01-01. Ids, amounts and counters of this size exist, so it is plausibility.
_FIRST_SECOND, _LAST_SECOND = Decimal(946_684_800), Decimal(4_102_444_800)
_PLAIN = re.compile(r"(?:0|-?[1-9][0-9]{0,99})\Z", re.ASCII)
_WIDE = Context(prec=400)
# Where whole numbers begin to be seconds, are so no more, and the same of milliseconds.
_ZONES = (
    int(_FIRST_SECOND),
    int(_LAST_SECOND) + 1,
    int(_FIRST_SECOND) * 1000,
    int(_LAST_SECOND) * 1000 + 1,
)
_ZONE_FORMS = (WHOLE, EPOCH_SECONDS, WHOLE, EPOCH_MILLISECONDS, WHOLE)


@dataclass(slots=True)
class NumberProfile:
    """N values. Digits are those a numeric(p,s) needs before and behind the point."""

    least: Decimal | None = None
    greatest: Decimal | None = None
    integer_digits: int = 0
    fraction_digits: int = 0
    forms: Counter[str] = field(default_factory=Counter)
    distinct: Distinct = field(default_factory=Distinct)

    def add(self, counts: Mapping[str, int]) -> None:
        """Different numbers as texts, with the number of their occurrences."""
        odd = {text: counts[text] for text in counts if not _PLAIN.match(text)}
        if odd:
            counts = {text: count for text, count in counts.items() if text not in odd}
        if counts:
            self._add_plain(counts)
        canonical = Counter(counts)
        for text, count in odd.items():
            try:
                value = number.decimal(text)
            except Refusal:
                self.forms[NOT_A_NUMBER] += count
                continue
            plain = number.plain(value)
            canonical[plain] += count
            self.forms[_form(value, plain)] += count
            self._widen(value, plain)
        self.distinct.add(canonical if odd else counts)

    def _add_plain(self, counts: Mapping[str, int]) -> None:
        """Whole numbers in canonical text: all that most attributes hold."""
        values = list(map(int, counts))
        least, greatest = min(values), max(values)
        for value in (least, greatest):
            self._widen(Decimal(value), str(value))
        if bisect_right(_ZONES, least) == bisect_right(_ZONES, greatest):
            self.forms[_whole_form(least)] += sum(counts.values())
        else:
            self.forms.update(by_key(list(map(_whole_form, values)), counts))

    def _widen(self, value: Decimal, plain: str) -> None:
        before, _, behind = plain.lstrip("-").partition(".")
        self.integer_digits = max(self.integer_digits, len(before) if before != "0" else 0)
        self.fraction_digits = max(self.fraction_digits, len(behind))
        # By value, not by first come: 1 and 1.0 are one number, written in one way.
        if self.least is None or value < self.least:
            self.least = Decimal(plain)
        if self.greatest is None or value > self.greatest:
            self.greatest = Decimal(plain)

    def merge(self, other: NumberProfile) -> None:
        if other.least is not None and (self.least is None or other.least < self.least):
            self.least = other.least
        if other.greatest is not None and (self.greatest is None or other.greatest > self.greatest):
            self.greatest = other.greatest
        self.integer_digits = max(self.integer_digits, other.integer_digits)
        self.fraction_digits = max(self.fraction_digits, other.fraction_digits)
        self.forms.update(other.forms)
        self.distinct.merge(other.distinct)


def _whole_form(value: int) -> str:
    return _ZONE_FORMS[bisect_right(_ZONES, value)]


def _form(value: Decimal, plain: str) -> str:
    if _FIRST_SECOND <= value <= _LAST_SECOND:
        return EPOCH_SECONDS
    if _FIRST_SECOND <= _WIDE.divide(value, Decimal(1000)) <= _LAST_SECOND:
        return EPOCH_MILLISECONDS
    return FRACTION if "." in plain else WHOLE
