"""What the texts of one attribute look like: lengths, forms, characters that make trouble."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from migrate.item.profile_distinct import Distinct
from migrate.item.profile_form import form_of
from migrate.item.profile_lengths import Lengths


@dataclass(slots=True)
class TextProfile:
    """S values. `nul` and `surrogates` count values that hold U+0000, or half of a pair."""

    code_points: Lengths = field(default_factory=Lengths)
    bytes: Lengths = field(default_factory=Lengths)
    forms: Counter[str] = field(default_factory=Counter)
    distinct: Distinct = field(default_factory=Distinct)
    nul: int = 0
    surrogates: int = 0

    def add(self, values: list[str]) -> None:
        sizes = list(map(len, values))
        self.code_points.add(sizes)
        # One look at all texts together: most pages need no look at each of them.
        together = "".join(values)
        if "\x00" in together:
            self.nul += sum("\x00" in value for value in values)
        self.bytes.add(sizes if together.isascii() else self._encoded_sizes(values))
        counts = Counter(values)
        for value, count in counts.items():
            self.forms[form_of(value)] += count
        self.distinct.add(counts)

    def _encoded_sizes(self, values: list[str]) -> list[int]:
        sizes = []
        for value in values:
            try:
                sizes.append(len(value.encode()))
            except UnicodeEncodeError:  # as DynamoDB counts them: three bytes a surrogate
                self.surrogates += 1
                sizes.append(len(value.encode("utf-8", "surrogatepass")))
        return sizes

    def merge(self, other: TextProfile) -> None:
        self.code_points.merge(other.code_points)
        self.bytes.merge(other.bytes)
        self.forms.update(other.forms)
        self.distinct.merge(other.distinct)
        self.nul += other.nul
        self.surrogates += other.surrogates
