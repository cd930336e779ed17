"""Reads COPY's text format and PostgreSQL's array literals, apart from what writes them."""

from __future__ import annotations

_MEANINGS = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}


def fields(line: str) -> list[str | None]:
    """The columns of one line of COPY text; None for SQL NULL."""
    assert line.endswith("\n")
    assert "\n" not in line[:-1]
    assert "\r" not in line
    return [None if part == "\\N" else _unescaped(part) for part in line[:-1].split("\t")]


def _unescaped(text: str) -> str:
    found, characters = [], iter(text)
    for character in characters:
        if character == "\\":
            following = next(characters)
            character = _MEANINGS.get(following, following)
        found.append(character)
    return "".join(found)


def elements(literal: str) -> list[str | None]:
    """The elements of a one-dimensional array literal, as PostgreSQL reads it."""
    assert literal[:1] + literal[-1:] == "{}", "no array literal"
    found: list[str | None] = []
    rest = literal[1:-1]
    while rest:
        value, rest = _element(rest)
        found.append(value)
        if rest:
            assert rest[0] == ","
            rest = rest[1:]
    return found


def _element(rest: str) -> tuple[str | None, str]:
    if rest[0] != '"':
        word, comma, after = rest.partition(",")
        return None if word == "NULL" else word, comma + after
    value, place = "", 1
    while rest[place] != '"':
        place += rest[place] == "\\"
        value += rest[place]
        place += 1
    return value, rest[place + 1 :]
