"""What the numbers of one attribute look like: range, digits, and whether they could be epochs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Context, Decimal

from migrate.item import number
from migrate.item.profile_distinct import Distinct
from migrate.item.refusal import Refusal

WHOLE, FRACTION, NOT_A_NUMBER = "whole", "fraction", "not a number"
EPOCH_SECONDS, EPOCH_MILLISECONDS = "epoch seconds", "epoch milliseconds"

# 2000-01-01 to 2100-01-01. Ids, amounts and counters of this size exist, so it is plausibility.
_FIRST_SECOND, _LAST_SECOND = Decimal(946_684_800), Decimal(4_102_444_800)
_WIDE = Context(prec=400)


@dataclass(slots=True)
class NumberProfile:
    """N values. Digits are those a numeric(p,s) needs before and behind the point."""

    least: Decimal | None = None
    greatest: Decimal | None = None
    integer_digits: int = 0
    fraction_digits: int = 0
    forms: Counter[str] = field(default_factory=Counter)
    distinct: Distinct = field(default_factory=Distinct)

    def add(self, texts: list[str]) -> None:
        canonical: Counter[str] = Counter()
        for text, count in Counter(texts).items():
            try:
                value = number.decimal(text)
            except Refusal:
                self.forms[NOT_A_NUMBER] += count
                continue
            plain = number.plain(value)
            canonical[plain] += count
            self.forms[_form(value, plain)] += count
            self._widen(value, plain)
        self.distinct.add(canonical)

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


def _form(value: Decimal, plain: str) -> str:
    if _FIRST_SECOND <= value <= _LAST_SECOND:
        return EPOCH_SECONDS
    if _FIRST_SECOND <= _WIDE.divide(value, Decimal(1000)) <= _LAST_SECOND:
        return EPOCH_MILLISECONDS
    return FRACTION if "." in plain else WHOLE
