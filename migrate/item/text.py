"""Text that PostgreSQL must hold unchanged, and its form inside COPY."""

from __future__ import annotations

import re

from migrate.item.refusal import Refusal

NULL = "\\N"

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


_PLAIN_OF = {"\\\\": "\\", "\\t": "\t", "\\n": "\n", "\\r": "\r"}
_ESCAPED = re.compile(r"\\[\\tnr]")


def checked(value: str) -> str:
    """A string that PostgreSQL can store. Raises Refusal: nul-character, bad-unicode."""
    if "\x00" in value:
        raise Refusal("nul-character")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:  # a lone surrogate has no UTF-8
            raise Refusal("bad-unicode") from None
    return value


def escaped(value: str) -> str:
    """A value in COPY's text format."""
    if "\\" in value or "\n" in value or "\t" in value or "\r" in value:
        return value.translate(_ESCAPES)
    return value


def unescaped(value: str) -> str:
    """The inverse of `escaped`."""
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda match: _PLAIN_OF[match.group()], value)


def array(elements: list[str | None]) -> str:
    """PostgreSQL's array literal; every element is quoted, so that no text can mean NULL."""
    quoted = [
        "NULL" if one is None else '"' + one.replace("\\", "\\\\").replace('"', '\\"') + '"'
        for one in elements
    ]
    return "{" + ",".join(quoted) + "}"
