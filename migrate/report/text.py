"""The words of the reports: one YAML file a language, with the same ids in each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from migrate import yaml_source
from migrate.errors import FixInputError

LANGUAGES = ("ja", "en")


class Count(int):
    """An integer that prints with separators, or chooses a word: `{rows:row|rows}`."""

    def __format__(self, spec: str) -> str:
        if "|" in spec:
            one, _, many = spec.partition("|")
            return one if self == 1 else many
        return int.__format__(self, spec or ",")


@dataclass(frozen=True)
class Texts:
    """Texts of one language by dotted id."""

    lang: str
    entries: dict[str, str]

    @classmethod
    def load(cls, lang: str) -> Texts:
        """The texts of `ja` or `en`. Raises FixInputError for another language."""
        if lang not in LANGUAGES:
            raise FixInputError(f"no report texts in {lang!r}", f"one of {', '.join(LANGUAGES)}")
        return cls(lang, _entries(lang))

    def __call__(self, text_id: str, /, **values: Any) -> str:
        """The text with its placeholders filled; integers get thousands separators."""
        ready = {name: _ready(value) for name, value in values.items()}
        return self.entries[text_id].format_map(ready)

    def name(self, family: str, word: str) -> str:
        """The text for a word of the record (a rule, a step); the word itself when unknown."""
        return self.entries.get(f"{family}.{word}", word)

    def list(self, words: list[str]) -> str:
        """Words in a row, as the language writes them."""
        return self("list.separator").join(words)


def _ready(value: Any) -> Any:
    return Count(value) if isinstance(value, int) and not isinstance(value, bool) else value


@cache
def _entries(lang: str) -> dict[str, str]:
    source = files("migrate.report").joinpath("text", f"{lang}.yaml")
    document = yaml_source.parse(source.read_text(encoding="utf-8"), f"{lang}.yaml")
    return dict(_flat(document.value, ""))


def _flat(value: Any, prefix: str) -> list[tuple[str, str]]:
    if not isinstance(value, dict):
        return [(prefix, str(value))]
    return [
        entry
        for key, child in value.items()
        for entry in _flat(child, f"{prefix}.{key}" if prefix else key)
    ]
