"""The schemas of real apps, where they lie beside the checkout; elsewhere tests skip by name."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parents[3] / "shared" / "amplify-corpus"
_INDEX = _FOLDER / "INDEX.tsv"


@dataclass(frozen=True, slots=True)
class Schema:
    """One line of the index."""

    file: str
    kind: str
    features: str

    @property
    def path(self) -> Path:
        return _FOLDER / self.file

    @property
    def is_readable(self) -> bool:
        return "unparseable" not in f"{self.kind} {self.features}"


def schemas() -> list[Schema]:
    """All of them in the order of the index; none where the corpus is not there."""
    if not _INDEX.exists():
        return []
    with _INDEX.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Schema(row["file"], row["kind"], row["features"] or "") for row in rows]


def some(count: int, seed: int) -> list[Schema]:
    """A seeded slice: as many kinds as there are, one after another."""
    by_kind: dict[str, list[Schema]] = {}
    for schema in schemas():
        if schema.is_readable:
            by_kind.setdefault(schema.kind, []).append(schema)
    chance = random.Random(seed)
    for those in by_kind.values():
        chance.shuffle(those)
    turns = [those for _, those in sorted(by_kind.items())]
    rows = [those[turn] for turn in range(count) for those in turns if turn < len(those)]
    return rows[:count]
