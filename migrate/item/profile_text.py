"""What the texts of one attribute look like: lengths, forms, characters that make trouble."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from migrate.item.profile_distinct import Distinct
from migrate.item.profile_forms import forms_of
from migrate.item.profile_lengths import Lengths
from migrate.item.profile_weights import by_key


@dataclass(slots=True)
class TextProfile:
    """S values. `nul` and `surrogates` count values that hold U+0000, or half of a pair."""

    code_points: Lengths = field(default_factory=Lengths)
    bytes: Lengths = field(default_factory=Lengths)
    forms: Counter[str] = field(default_factory=Counter)
    distinct: Distinct = field(default_factory=Distinct)
    nul: int = 0
    surrogates: int = 0

    def add(self, counts: Mapping[str, int]) -> None:
        """Different texts with the number of their occurrences."""
        sizes = by_key(list(map(len, counts)), counts)
        self.code_points.add_counts(sizes)
        # One look at all texts together: most pages need no look at each of them.
        together = "".join(counts)
        if "\x00" in together:
            self.nul += sum(count for text, count in counts.items() if "\x00" in text)
        self.bytes.add_counts(sizes if together.isascii() else self._encoded_sizes(counts))
        self.forms.update(forms_of(counts))
        self.distinct.add(counts)

    def _encoded_sizes(self, counts: Mapping[str, int]) -> Counter[int]:
        try:
            return by_key(list(map(len, map(str.encode, counts))), counts)
        except UnicodeEncodeError:
            pass
        sizes: Counter[int] = Counter()
        for text, count in counts.items():
            try:
                sizes[len(text.encode())] += count
            except UnicodeEncodeError:  # as DynamoDB counts them: three bytes a surrogate
                self.surrogates += count
                sizes[len(text.encode("utf-8", "surrogatepass"))] += count
        return sizes

    def merge(self, other: TextProfile) -> None:
        self.code_points.merge(other.code_points)
        self.bytes.merge(other.bytes)
        self.forms.update(other.forms)
        self.distinct.merge(other.distinct)
        self.nul += other.nul
        self.surrogates += other.surrogates
