"""Looks at a rule's SQL before any database does: is it one condition, and do its names exist.

It reads words, not grammar: what it does not know (functions, columns without an alias) it leaves
to PostgreSQL, which is asked in a read-only session.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from migrate.validate.target_table import TargetTable
from migrate.yaml_source import nearest

Finding = tuple[str, str]
"""A message and a hint."""

_TOKEN = re.compile(
    r"""(?P<text>'(?:[^']|'')*')
      | (?P<name>"(?:[^"]|"")+"|[A-Za-z_]\w*)
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<comment>--|/\*)
      | (?P<open>['"])
      | (?P<dollar>\$\w*\$)
      | (?P<sign>\S)""",
    re.VERBOSE,
)
_REFUSED = {
    "comment": "comments do not belong into a condition",
    "open": "a quote is not closed",
    "dollar": "dollar quotes are not used here",
}


@dataclass
class _Reading:
    """A condition's words, and what its aliases stand for; None: something without a mapping."""

    words: list[str]
    aliases: dict[str, str | None]
    table_places: set[int] = field(default_factory=set)


def findings(condition: str, table: str, tables: Mapping[str, TargetTable]) -> list[Finding]:
    """What is wrong with a condition over `table`, which it calls t."""
    kinds = [(match.lastgroup or "", match.group()) for match in _TOKEN.finditer(condition)]
    refused = [(_REFUSED[kind], "one SQL condition") for kind, _ in kinds if kind in _REFUSED]
    words = [_word(kind, text) for kind, text in kinds]
    if ";" in words:
        refused.append(("a condition holds no semicolon", "one SQL condition"))
    if not _closed(words):
        refused.append(("the parentheses do not match", "each ( needs its )"))
    if refused:
        return refused
    reading = _Reading(words, {"t": table})
    return [*_tables(reading, tables), *_columns(reading, tables)]


def _word(kind: str, text: str) -> str:
    if kind == "text":
        return "''"
    if kind == "name":
        return text[1:-1].replace('""', '"') if text.startswith('"') else text.lower()
    return text


def _closed(words: list[str]) -> bool:
    depth = 0
    for word in words:
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth < 0:  # it would end the parentheses that are put around it
            return False
    return depth == 0


def _tables(reading: _Reading, tables: Mapping[str, TargetTable]) -> Iterator[Finding]:
    """Tables after FROM and JOIN; their aliases are noted on the way."""
    words = reading.words
    for place, word in enumerate(words):
        if word == "as" and place + 1 < len(words):
            reading.aliases.setdefault(words[place + 1], None)
        if not _names_a_table(reading, place):
            continue
        name = ".".join(words[place + 1 : place + 4 : 2])
        reading.table_places.add(place + 1)
        after = place + 4
        if words[after : after + 1] == ["as"]:
            after += 1
        alias = words[after] if after < len(words) else ""
        reading.aliases[alias] = reading.aliases[words[place + 3]] = name
        if name not in tables:
            yield f"no mapping fills a table {name!r}", nearest(name, tables)


def _names_a_table(reading: _Reading, place: int) -> bool:
    """Whether `schema.table` follows; not so in IS DISTINCT FROM, nor in extract(... FROM ...)."""
    words = reading.words
    if words[place] not in {"from", "join"} or words[place + 2 : place + 3] != ["."]:
        return False
    return words[place - 1] != "distinct" and words[place + 1] not in reading.aliases


def _columns(reading: _Reading, tables: Mapping[str, TargetTable]) -> Iterator[Finding]:
    """Every `alias.column`."""
    words = reading.words
    for place in range(len(words) - 2):
        alias, dot, column = words[place : place + 3]
        if dot != "." or place in reading.table_places or not re.match(r"\w", column):
            continue
        if words[place + 3 : place + 4] in (["("], ["."]):
            continue  # a function in a schema; a schema before its table
        if alias not in reading.aliases:
            known = [name for name in reading.aliases if name]
            yield f"nothing is called {alias!r} here", nearest(alias, known)
            continue
        target = tables.get(reading.aliases[alias] or "")
        if target is not None and column not in target.types:
            yield f"{target.name} has no column {column!r}", nearest(column, target.types)
