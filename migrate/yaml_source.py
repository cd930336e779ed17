"""Reads YAML with the position of every key and value, so that a problem can be pointed at.

The dialect is deliberately small: YAML 1.2's booleans (`true`, `false`), integers, floats that a
double keeps, `null`; no anchors, no tags, no duplicate keys. `NO: no` stays text, because a value
map of country codes must not turn into booleans.
"""

from __future__ import annotations

import difflib
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path as FilePath
from typing import Any

import yaml
from pydantic import ValidationError

from migrate.errors import FixInputError, Problem, SpecError

Path = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z", re.ASCII)
_FLOAT = re.compile(r"[-+]?[0-9]+\.[0-9]+([eE][-+]?[0-9]+)?\Z", re.ASCII)

_LEVELS_MAX = 50
_DIGITS_MAX = 1000


@dataclass
class Document:
    """A YAML file as plain values, with where each of them stands."""

    file: str
    lines: list[str]
    value: Any = None
    positions: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def problem(self, path: Path, message: str, hint: str = "") -> Problem:
        """A problem at `path`, or at its nearest ancestor that stands in the file."""
        while path and path not in self.positions:
            path = path[:-1]
        return self.problem_at(self.positions.get(path, (1, 1)), message, hint)

    def problem_at(self, position: tuple[int, int], message: str, hint: str = "") -> Problem:
        """A problem at a line and column, both counted from 1."""
        line, column = position
        text = self.lines[line - 1].rstrip("\r") if line <= len(self.lines) else ""
        return Problem(self.file, line, column, message, hint, text)


def read(path: FilePath, shown_as: str | None = None) -> Document:
    """Read one file. Raises SpecError for bad YAML, FixInputError when it cannot be read."""
    try:
        text = path.read_bytes().decode("utf-8-sig")  # read_text would turn \r into \n
    except FileNotFoundError:
        raise FixInputError(f"{path} does not exist") from None
    except UnicodeDecodeError:
        raise FixInputError(f"{path} is not UTF-8", "save the file as UTF-8") from None
    except OSError as error:
        raise FixInputError(f"{path} cannot be read: {error.strerror}") from None
    return parse(text, shown_as or str(path))


def parse(text: str, file: str) -> Document:
    """Parse YAML text. Raises SpecError with all that the dialect refuses, up to a syntax error."""
    # Only \n ends a line, as in an editor: to YAML also U+2028, U+0085 and a lone \r do.
    document = Document(file, text.split("\n"))
    reader = _Reader(document)
    try:
        document.value = reader.document(yaml.parse(text, Loader=yaml.CSafeLoader))
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark or error.context_mark
        message = f"not valid YAML: {error.problem or error.context}"
        reader.tell(mark.index if mark else 0, message, reader.context(error))
    except yaml.reader.ReaderError as error:
        place = len(text.encode()[: error.position].decode(errors="ignore"))
        reader.tell(place, f"not valid YAML: {error.reason}")
    if reader.problems:
        raise SpecError(reader.problems)
    return document


class _Reader:
    """Builds plain values out of the parser's events, and notes where each stands."""

    def __init__(self, document: Document) -> None:
        self.problems: list[Problem] = []
        self._document = document
        self._starts = [0]
        for line in document.lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def tell(self, index: int, message: str, hint: str = "") -> None:
        """Note a problem at a character of the text."""
        problem = self._document.problem_at(self._position(index), message, hint)
        self.problems.append(problem)

    def context(self, error: yaml.MarkedYAMLError) -> str:
        """Where what is broken begins: the place of the problem may be the end of the file."""
        if not error.context or not error.context_mark:
            return ""
        mark: Any = error.context_mark
        line, column = self._position(mark.index)
        return f"{error.context}, which begins on line {line}, column {column}"

    def document(self, events: Iterator[Any]) -> Any:
        """The value of the one document. Raises yaml.YAMLError."""
        value, documents = None, 0
        for event in events:
            mark: Any = event.start_mark
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents == 2:
                    self.tell(mark.index, "a second document begins here")
                found = self._value(next(events), events, ())
                value = found if documents == 1 else value
        return value

    def _position(self, index: int) -> tuple[int, int]:
        # Not the parser's own line and column: see `parse`.
        line = min(bisect_right(self._starts, index), len(self._document.lines))
        return line, index - self._starts[line - 1] + 1

    def _value(self, event: Any, events: Iterator[Any], path: Path) -> Any:
        place = event.start_mark.index
        self._document.positions.setdefault(path, self._position(place))
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self.tell(place, "anchors and aliases are not used here", "write the value out")
        elif event.tag is not None and event.tag != "!":
            self.tell(place, "tags are not used here", "quote what is meant as text")
        if isinstance(event, yaml.AliasEvent):
            return None
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if len(path) == _LEVELS_MAX:
            self.tell(place, f"nested deeper than {_LEVELS_MAX} levels")
        if len(path) >= _LEVELS_MAX:
            _skip(events)
            return None
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, path)
        return self._mapping(events, path)

    def _sequence(self, events: Iterator[Any], path: Path) -> list[Any]:
        found: list[Any] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            found.append(self._value(event, events, (*path, len(found))))
        return found

    def _mapping(self, events: Iterator[Any], path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event, events, found, path)
            if key is None:
                self._value(next(events), events, (*path, "<<"))
                continue
            self._document.positions[(*path, key)] = self._position(event.start_mark.index)
            found[key] = self._value(next(events), events, (*path, key))
        return found

    def _key(
        self, event: Any, events: Iterator[Any], found: dict[str, Any], path: Path
    ) -> str | None:
        """The key's text; None, and a problem, for one that cannot be used."""
        place = event.start_mark.index
        if not isinstance(event, yaml.ScalarEvent) or event.value == "<<":
            if isinstance(event, yaml.CollectionStartEvent):
                _skip(events)
            self.tell(place, "a key must be plain text")
            return None
        if event.anchor is not None or event.tag not in {None, "!"}:
            self.tell(place, "a key must be plain text", "without anchor and tag")
            return None
        key: str = event.value
        if key in found:
            first = self._document.positions[(*path, key)][0]
            self.tell(place, f"{key!r} stands here twice (first on line {first})")
            return None
        return key

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if event.style:  # quoted or block: always text
            return text
        if text in {"", "~", "null"}:
            return None
        if text in {"true", "false"}:
            return text == "true"
        is_whole = _INTEGER.match(text) is not None
        if not is_whole and not _FLOAT.match(text):
            return text
        if len(text) > _DIGITS_MAX or not (is_whole or _is_kept(text)):
            self.tell(
                event.start_mark.index,
                "this number has more digits than are kept",
                "write it as text, in quotes",
            )
            return None
        return int(text) if is_whole else float(text)


def _is_kept(text: str) -> bool:
    """Whether a double writes the number back unchanged."""
    return Decimal(repr(float(text))) == Decimal(text)


def _skip(events: Iterator[Any]) -> None:
    """Pass over the rest of a collection whose first event was taken."""
    depth = 1
    while depth:
        event = next(events)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint naming the known word nearest to `word`, or naming all of a short list."""
    known = sorted(known)
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"known here: {', '.join(known)}" if 0 < len(known) <= 30 else ""


def problems_of(error: ValidationError, document: Document, known: Iterable[str]) -> list[Problem]:
    """Turn pydantic's findings into positions in the file, with the nearest right word."""
    found: list[Problem] = []
    for entry in error.errors(include_url=False):
        path = _path_in_file(entry["loc"], document)
        kind = entry["type"]
        if kind == "extra_forbidden":
            word = str(entry["loc"][-1])
            found.append(document.problem(path, f"unknown key {word!r}", nearest(word, known)))
        elif kind == "missing":
            found.append(document.problem(path, f"{entry['loc'][-1]!r} is missing"))
        else:
            message = entry["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
            message = message[:1].lower() + message[1:]
            message, _, hint = message.partition(" // ")
            if kind == "literal_error" and isinstance(entry["input"], str):
                expected = re.findall(r"'([^']*)'", str(entry.get("ctx", {}).get("expected")))
                hint = nearest(entry["input"], expected)
            found.append(document.problem(path, message, hint))
    return found


def _path_in_file(location: Path, document: Document) -> Path:
    """Without the parts that pydantic adds, such as `[key]` and `function-after[...]`."""
    path: Path = ()
    for part in location:
        if (*path, part) in document.positions:
            path = (*path, part)
    return path
