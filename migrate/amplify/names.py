"""PostgreSQL names from GraphQL ones: snake case, plurals, at most 63 bytes, no two alike."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

NAME_BYTES_MAX = 63
_HASH_LENGTH = 8

# In this order: a plural acronym (IDs), an acronym before a word (AWSAccount), a word, an acronym.
_WORD = re.compile(
    r"[A-Z]{2,}s(?![a-z0-9])|[A-Z]+[0-9]*(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+[0-9]*"
)

_IRREGULAR = {
    "person": "people", "child": "children", "man": "men", "woman": "women", "foot": "feet",
    "tooth": "teeth", "mouse": "mice", "goose": "geese", "quiz": "quizzes", "half": "halves",
    "life": "lives", "wife": "wives", "leaf": "leaves", "shelf": "shelves", "knife": "knives",
    "hero": "heroes", "potato": "potatoes", "tomato": "tomatoes",
}  # fmt: skip
_UNCOUNTABLE = {
    "data", "metadata", "news", "info", "information", "media", "equipment", "staff", "feedback",
    "series", "species", "sheep",
}  # fmt: skip


def snake(name: str) -> str:
    """`userID` -> `user_id`, `AWSAccount` -> `aws_account`, `status#createdAt` ->
    `status_created_at`; leading underscores stay."""
    bare = name.lstrip("_")
    words = "_".join(word.lower() for word in _WORD.findall(bare))
    return "_" * (len(name) - len(bare)) + words or "_"


def plural(name: str) -> str:
    """The simple English plural of a snake-case name's last word; a plural stays as it is."""
    head, underscore, word = name.rpartition("_")
    return head + underscore + _plural_word(word)


def _plural_word(word: str) -> str:
    if word in _UNCOUNTABLE or word in _IRREGULAR.values():
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("sis"):
        return word[:-2] + "es"
    if word.endswith(("ss", "us", "is", "x", "z", "ch", "sh")):
        return word + "es"
    if word.endswith("s"):  # most models that end so are plurals already: Todos, Settings
        return word
    if word.endswith("y") and not word.endswith(("ay", "ey", "iy", "oy", "uy")):
        return word[:-1] + "ies"
    return word + "s"


def shortened(name: str) -> str:
    """The name, or its beginning and a hash of the whole where PostgreSQL would cut it."""
    if len(name) <= NAME_BYTES_MAX:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:_HASH_LENGTH]
    return f"{name[: NAME_BYTES_MAX - _HASH_LENGTH - 1]}_{digest}"


@dataclass
class Names:
    """The names taken in one place (a schema, a table), and what had to give way."""

    taken: set[str] = field(default_factory=set)
    collided: list[tuple[str, str]] = field(default_factory=list)
    """(wanted, given), in the order of asking."""
    cut: list[tuple[str, str]] = field(default_factory=list)
    """(wanted, given)."""

    def take(self, wanted: str) -> str:
        """The name, or the first free one of `name_2`, `name_3`, ..."""
        short = shortened(wanted)
        if short != wanted:
            self.cut.append((wanted, short))
        given, number = short, 1
        while given in self.taken:
            number += 1
            suffix = f"_{number}"
            given = short[: NAME_BYTES_MAX - len(suffix)] + suffix
        if given != short:
            self.collided.append((wanted, given))
        self.taken.add(given)
        return given

    def take_all(self, names: Iterable[str]) -> dict[str, str]:
        """A name for each, whatever their order: one that is in snake case already keeps it."""
        listed = list(names)
        ordered = sorted(listed, key=lambda name: (snake(name) != name, name))
        given = {name: self.take(snake(name)) for name in ordered}
        return {name: given[name] for name in listed}
