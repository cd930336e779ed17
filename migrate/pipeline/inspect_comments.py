"""Comments of inspections in a mapping file: one a change, however often the file is patched."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from migrate.mapping import edit


@dataclass(frozen=True, slots=True)
class Comment:
    """One line. `earlier` is a pattern: as what another inspection may have written it."""

    text: str
    earlier: str


def with_comments(
    text: str, where: edit.Path, comments: Sequence[Comment], *, is_for_another: bool = False
) -> str:
    """Write comments under one another: in the place of earlier ones that say the same, else above
    the line where the key at `where` stands.

    Comments that are for another key, which the mapping has not, follow that one instead, so that
    they do not read as if they were about it. Earlier ones may then stand anywhere in the file:
    what is below them may have changed since.
    """
    lines = text.split("\n")
    key = edit.line_of(text, where)
    places = range(len(lines)) if is_for_another else range(_first_above(lines, key), key)
    old = list(_earlier(lines, comments, places))
    place = key
    if old:
        place = old[0]
    elif is_for_another:
        place = _behind(text, where, lines, key)
    before = _indent(lines[old[0] if old else key].removeprefix("\ufeff"))
    end = "\r" if lines[0].endswith("\r") else ""
    kept = [line for number, line in enumerate(lines) if number not in set(old)]
    kept[place:place] = [f"{before}# {comment.text}{end}" for comment in comments]
    return "\n".join(kept)


def _behind(text: str, where: edit.Path, lines: Sequence[str], key: int) -> int:
    """The place behind what stands at `where`, and behind comments of its own depth that follow;
    the one above it where its end is not plain."""
    try:
        place = edit.last_line_of(text, where) + 1
    except ValueError:
        return key
    comment = f"{_indent(lines[key])}#"
    while place < len(lines) and lines[place].startswith(comment):
        place += 1
    return place if place < len(lines) else key


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _first_above(lines: Sequence[str], end: int) -> int:
    """Where the comments above a line begin."""
    while end > 0 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def _earlier(lines: Sequence[str], comments: Sequence[Comment], places: range) -> Iterator[int]:
    """The lines of earlier comments: the first one says what they are about, others follow it."""
    first, *others = [re.compile(rf"\s*# {one.earlier}\r?") for one in comments]
    is_inside = False
    for place in places:
        line = lines[place]
        is_inside = bool(first.fullmatch(line)) or (
            is_inside and any(one.fullmatch(line) for one in others)
        )
        if is_inside:
            yield place
