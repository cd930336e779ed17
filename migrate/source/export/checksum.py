"""MD5 as exports state it: base64 or hex, alone or as the first word of a line."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Protocol

_HEX_CHARACTERS = 32
_MD5_BYTES = 16


class Digest(Protocol):
    """A running digest."""

    def update(self, content: bytes, /) -> None: ...

    def hexdigest(self) -> str: ...


def md5_hex(stated: str) -> str | None:
    """The stated MD5 in lower-case hex; None where it is none."""
    words = stated.replace('"', " ").split()
    if not words:
        return None
    word = words[0]
    try:
        if len(word) == _HEX_CHARACTERS:
            return bytes.fromhex(word).hex()
        digest = base64.b64decode(word, validate=True)
    except (ValueError, binascii.Error):
        return None
    return digest.hex() if len(digest) == _MD5_BYTES else None


def md5_of(content: bytes) -> str:
    return new_md5(content).hexdigest()


def new_md5(content: bytes = b"") -> Digest:
    """The running digest. It tells damage from wholeness; it guards no secret."""
    return hashlib.md5(content, usedforsecurity=False)
