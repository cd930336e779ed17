"""Amplify's own ways of making names out of names."""

from __future__ import annotations

import re

_NOT_A_NAME = re.compile(r"^[^_A-Za-z]+|[^_0-9A-Za-z]")
_IRREGULAR = {
    "person": "people", "child": "children", "man": "men", "woman": "women", "tooth": "teeth",
    "foot": "feet", "goose": "geese", "mouse": "mice", "ox": "oxen", "leaf": "leaves",
    "life": "lives", "knife": "knives", "wife": "wives", "half": "halves", "self": "selves",
    "datum": "data", "medium": "media", "criterion": "criteria", "analysis": "analyses",
    "crisis": "crises", "quiz": "quizzes", "hero": "heroes", "potato": "potatoes",
    "tomato": "tomatoes", "echo": "echoes", "index": "indices", "matrix": "matrices",
    "vertex": "vertices", "axis": "axes", "status": "statuses", "bus": "buses",
    "alias": "aliases", "datas": "data",
}  # fmt: skip
_NO_PLURAL = (
    "advice", "equipment", "fish", "information", "money", "news", "rice", "series", "sheep",
    "species", "software", "hardware", "metadata", "data", "media", "traffic", "progress",
    "feedback", "staff",
)  # fmt: skip


def lower_first(word: str) -> str:
    return word[:1].lower() + word[1:]


def upper_first(word: str) -> str:
    return word[:1].upper() + word[1:]


def camel(*words: str) -> str:
    """First letter of the first word lower, of the others upper; nothing else changes."""
    return lower_first(words[0]) + "".join(upper_first(word) for word in words[1:])


def graphql_name(text: str) -> str:
    """`text` without the characters that a GraphQL name cannot hold."""
    return _NOT_A_NAME.sub("", text)


def plural(word: str) -> str:
    """The English plural, near enough to the library Amplify uses: only index names need it."""
    lower = word.lower()
    if lower.endswith(_NO_PLURAL):
        return word
    for single, many in _IRREGULAR.items():
        if lower == single or (len(single) > 4 and lower.endswith(single)):
            return word[: len(word) - len(single) + 1] + many[1:]
    if re.search(r"[^aeiou]y\Z", lower):
        return f"{word[:-1]}ies"
    if lower.endswith("s") and not lower.endswith(("ss", "us", "is")):
        return word
    if re.search(r"(s|x|z|ch|sh)\Z", lower):
        return f"{word}es"
    return f"{word}s"
