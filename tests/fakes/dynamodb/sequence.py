"""Sequence numbers: whole numbers of 21 to 40 digits that grow inside a shard, and in length."""

from __future__ import annotations

from random import Random

_STEP = 10**6
_DIGITS_AT_START = (21, 24)
_DIGITS_MAX = 38
_TEXT_DIGITS_MIN = 21
_ONE_IN = 32


class SequenceNumbers:
    """One shard's numbers, all above `after` (the parent's last one).

    They soon get a digit longer, and then again and again: whoever compares them as text loses
    records within a few changes. The numbers of two shards say nothing about which came first.
    """

    def __init__(self, random: Random, after: int | None = None) -> None:
        self._random = random
        self.first: int
        """The shard's StartingSequenceNumber, which its first record carries."""
        if after is not None:
            self.first = after + random.randint(1, 1000 * _STEP)
        else:
            digits = random.randint(*_DIGITS_AT_START)
            self.first = 10**digits - random.randint(1, 6) * _STEP
        self._used: int | None = None

    @property
    def last(self) -> int:
        """The newest number; the first one where none was taken, as for a shard without records."""
        return self.first if self._used is None else self._used

    @property
    def before_next(self) -> int:
        """Every number taken is at most this one, and every later one above it."""
        return self.first - 1 if self._used is None else self._used

    def next(self) -> int:
        self._used = self.first if self._used is None else self._following(self._used)
        return self._used

    def _following(self, number: int) -> int:
        digits = len(str(number))
        border: int = 10**digits - _STEP
        if number < border and digits < _DIGITS_MAX and self._random.randrange(_ONE_IN) == 0:
            number = border
        return number + self._random.randint(1, _STEP)


class SmallNumbers(SequenceNumbers):
    """Numbers from 1 on, as the emulators give them: as text they begin with zeros."""

    def __init__(self, random: Random, after: int | None = None) -> None:
        super().__init__(random, after)
        self.first = 1 if after is None else after + 1

    def _following(self, number: int) -> int:
        return number + 1


def text_of(number: int) -> str:
    """As the wire has it; the API takes none shorter."""
    return f"{number:0{_TEXT_DIGITS_MIN}d}"
