"""Paths into an item: attribute names separated by dots, a literal dot written `\\.`."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

Path = tuple[str, ...]

_DOT = re.compile(r"(?<!\\)\.")


def parse(text: str) -> Path:
    """`address.city` -> ("address", "city"). Raises ValueError for an empty name."""
    names = tuple(name.replace("\\.", ".") for name in _DOT.split(text))
    if not all(names):
        raise ValueError(f"{text!r} has an empty name between its dots")
    return names


def text(path: Path) -> str:
    """The inverse of `parse`."""
    return ".".join(name.replace(".", "\\.") for name in path)


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


OnePath = Annotated[Path, BeforeValidator(_one), PlainSerializer(text)]
Paths = Annotated[
    tuple[Path, ...],
    BeforeValidator(_several),
    PlainSerializer(lambda paths: [text(path) for path in paths]),
]
