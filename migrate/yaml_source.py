"""Reads YAML with the position of every key and value, so that a problem can be pointed at.

The dialect is deliberately small: YAML 1.2's booleans (`true`, `false`), integers, floats kept as
text of the document, `null`; no anchors that merge, no tags, no duplicate keys. `NO: no` stays
text, because a value map of country codes must not turn into booleans.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import yaml
from pydantic import ValidationError

from migrate.errors import FixInputError, Problem, SpecError

Path = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?[0-9]+\.[0-9]+([eE][-+]?[0-9]+)?\Z")


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
        line, column = self.positions.get(path, (1, 1))
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        return Problem(self.file, line, column, message, hint, text)


def read(path: FilePath, shown_as: str | None = None) -> Document:
    """Read one file. Raises SpecError for bad YAML, FixInputError when it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise FixInputError(f"{path} does not exist") from None
    except UnicodeDecodeError:
        raise FixInputError(f"{path} is not UTF-8", "save the file as UTF-8") from None
    except OSError as error:
        raise FixInputError(f"{path} cannot be read: {error.strerror}") from None
    return parse(text, shown_as or str(path))


def parse(text: str, file: str) -> Document:
    """Parse YAML text. Raises SpecError with the position of the first syntax error."""
    # Only \n ends a line: str.splitlines would also cut at U+2028 and shift every position.
    document = Document(file, text.split("\n"))
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        source = document.lines[line - 1] if line <= len(document.lines) else ""
        message = f"not valid YAML: {error.problem or error.context}"
        raise SpecError([Problem(file, line, column, message, "", source)]) from None
    except yaml.reader.ReaderError as error:
        message = f"not valid YAML: {error.reason}"
        raise SpecError([Problem(file, 1, 1, message)]) from None
    problems: list[Problem] = []
    if node is not None:
        document.value = _value(node, (), document, problems)
    if problems:
        raise SpecError(problems)
    return document


def _value(node: yaml.Node, path: Path, document: Document, problems: list[Problem]) -> Any:
    document.positions.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, document, problems)
    if isinstance(node, yaml.SequenceNode):
        return [
            _value(child, (*path, index), document, problems)
            for index, child in enumerate(node.value)
        ]
    if not isinstance(node, yaml.ScalarNode):
        problems.append(document.problem(path, "this kind of YAML node is not used here"))
        return None
    return _scalar(node)


def _mapping(
    node: yaml.MappingNode, path: Path, document: Document, problems: list[Problem]
) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
        position = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if key is None or key == "<<":
            document.positions[(*path, "<<")] = position
            problems.append(document.problem((*path, "<<"), "a key must be plain text"))
            continue
        if key in result:
            first = document.positions[(*path, key)][0]
            document.positions[(*path, key)] = position
            problems.append(
                document.problem((*path, key), f"{key!r} stands here twice (first on line {first})")
            )
            continue
        document.positions[(*path, key)] = position
        result[key] = _value(value_node, (*path, key), document, problems)
    return result


def _scalar(node: yaml.ScalarNode) -> Any:
    text: str = node.value
    if node.style:  # quoted or block: always text
        return text
    if text in {"", "~", "null"}:
        return None
    if text in {"true", "false"}:
        return text == "true"
    if _INTEGER.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return text


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
        path: Path = tuple(part for part in entry["loc"] if _in_file(part))
        kind = entry["type"]
        if kind == "extra_forbidden":
            word = str(entry["loc"][-1])
            found.append(document.problem(path, f"unknown key {word!r}", nearest(word, known)))
        elif kind == "missing":
            found.append(document.problem(path[:-1], f"{entry['loc'][-1]!r} is missing"))
        else:
            message = entry["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
            message = message[:1].lower() + message[1:]
            message, _, hint = message.partition(" // ")
            found.append(document.problem(path, message, hint))
    return found


def _in_file(part: str | int) -> bool:
    # pydantic puts tags of its own between the parts, such as 'function-after[...]'.
    return isinstance(part, int) or not ("[" in part or part.startswith("tagged-"))
