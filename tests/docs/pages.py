"""Reads documentation pages: fenced blocks, headings, links and tables.

Three kinds of block are executed by `tests/docs/project.py`; the others are only shown.

- ```console: lines that begin with `$ ` are commands, what follows is what they print. `...` stands
  for anything, inside a line or as a line of its own; lines not named may stand between.
- ```yaml file=PATH (or any other language): the file is written with this content.
- ```diff file=PATH: the lines with `-` are replaced by those with `+`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent.parent
DOCS = CHECKOUT / "docs"

_FENCE = re.compile(r"^ *```+ *([^`\s]*) *([^`]*)$")
_HEADING = re.compile(r"^(#{1,6}) +(.+?)\s*$")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced block. `line` is its first line, counted from 1; `file` is what its fence names."""

    language: str
    file: str
    line: int
    text: str

    @property
    def is_executed(self) -> bool:
        return self.language == "console" or bool(self.file)


@dataclass(frozen=True)
class Command:
    """One command of a console block, and the lines it is said to print."""

    line: int
    text: str
    expected: tuple[str, ...]


def pages() -> list[Path]:
    """Every page of documentation, the decision records included."""
    return sorted([*CHECKOUT.glob("*.md"), *DOCS.rglob("*.md")])


def name_of(page: Path) -> str:
    return page.relative_to(CHECKOUT).as_posix()


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a page, in order."""
    found: list[Block] = []
    opened: tuple[str, str, int] | None = None
    inside: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        fence = _FENCE.match(line)
        if not fence:
            inside.append(line)
        elif opened is None:
            file = re.search(r"file=(\S+)", fence[2])
            opened, inside = (fence[1], file[1] if file else "", number + 1), []
        else:
            found.append(Block(*opened, "\n".join(inside)))
            opened = None
    assert opened is None, f"the block that begins before line {opened} has no end"
    return found


def commands(block: Block) -> list[Command]:
    """The commands of a console block."""
    found: list[Command] = []
    for number, line in enumerate(block.text.split("\n"), start=block.line):
        if line.startswith("$ "):
            found.append(Command(number, line[2:], ()))
        elif line.strip():
            assert found, f"line {number}: output without a command"
            last = found.pop()
            found.append(Command(last.line, last.text, (*last.expected, line)))
    return found


def prose(text: str) -> str:
    """The page without its fenced blocks."""
    inside, kept = False, []
    for line in text.split("\n"):
        if _FENCE.match(line):
            inside = not inside
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def headings(text: str) -> list[tuple[int, str]]:
    """(level, words) of each heading."""
    found = (_HEADING.match(line) for line in prose(text).split("\n"))
    return [(len(match[1]), match[2]) for match in found if match]


def anchors(text: str) -> set[str]:
    """The anchors that a page's headings get on the usual forges."""
    words = (re.sub(r"[`*]", "", heading).lower() for _, heading in headings(text))
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in words}


def links(text: str) -> list[str]:
    """The targets of a page's links and images."""
    return _LINK.findall(re.sub(r"`[^`\n]*`", "", prose(text)))


def first_cells(text: str, heading: str) -> list[str]:
    """The code words in the first column of the tables under a heading (of any level)."""
    return [
        match[1] for line in section(text, heading) if (match := re.match(r"\| `(.+?)` \|", line))
    ]


def section(text: str, heading: str) -> list[str]:
    """The lines under a heading, up to the next of its level or above."""
    lines = text.split("\n")
    level = 0
    inside: list[str] = []
    for line in lines:
        match = _HEADING.match(line)
        if match and match[2] == heading:
            level, inside = len(match[1]), []
        elif match and level and len(match[1]) <= level:
            return inside
        elif level:
            inside.append(line)
    assert level, f"no heading {heading!r}"
    return inside
