"""Paths into an item: attribute names separated by dots; `\\.` is a dot, `\\\\` a backslash."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from migrate.item.walk import path_text

Path = tuple[str, ...]

_PIECE = re.compile(r"\\(.)|([^\\.]+)|(\.)|(\\)\Z", re.DOTALL)


def parse(text: str) -> Path:
    """`address.city` -> ("address", "city"). Raises ValueError for an empty name."""
    names = [""]
    for escaped, plain, dot, _ in (match.groups() for match in _PIECE.finditer(text)):
        if dot:
            names.append("")
        elif plain:
            names[-1] += plain
        elif escaped is not None and escaped in "\\.":
            names[-1] += escaped
        else:
            raise ValueError(f"{text!r} has a lone backslash // write \\\\ for one, \\. for a dot")
    if not all(names):
        raise ValueError(f"{text!r} has an empty name between its dots")
    return tuple(names)


def text(path: Path) -> str:
    """The inverse of `parse`: no two paths have the same text."""
    return path_text(path)


def _one(value: Any) -> Any:
    return parse(value) if isinstance(value, str) else value


def _several(value: Any) -> Any:
    if isinstance(value, str):
        return (parse(value),)
    if isinstance(value, list):
        if not value:
            raise ValueError("an empty list of paths names nothing")
        return tuple(_one(entry) for entry in value)
    return value


_TEXT = {"type": "string", "minLength": 1}

OnePath = Annotated[
    Path, BeforeValidator(_one), PlainSerializer(text), WithJsonSchema(_TEXT, mode="validation")
]
Paths = Annotated[
    tuple[Path, ...],
    BeforeValidator(_several),
    PlainSerializer(lambda paths: [text(path) for path in paths]),
    WithJsonSchema({"anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]}),
]
