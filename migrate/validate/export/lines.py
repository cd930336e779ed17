"""The lines of a data file, unpacked on the way and held against the manifest."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from typing import Any

from migrate.errors import FixInputError
from migrate.validate.export.manifest import DataFile
from migrate.validate.export.store import Store

_GZIP_START = b"\x1f\x8b"
_BUFFER_BYTES = 1_000_000
_HINT = "copy the export anew from where it was made"


def read_lines(store: Store, file: DataFile) -> Iterator[bytes]:
    """Each line without its end. Raises FixInputError when the file is damaged, or at its end
    when its lines or its checksum are not those of the manifest."""
    raw = _Stream(store.chunks(file.location))
    count = 0
    try:
        for line in _unpacked(io.BufferedReader(raw, _BUFFER_BYTES)):
            count += 1
            yield line.removesuffix(b"\n")
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise FixInputError(f"{file.location} is damaged or cut off", _HINT) from error
    if count != file.items:
        message = f"{file.location} holds {count} lines, its manifest says {file.items}"
        raise FixInputError(message, _HINT)
    if raw.md5 != file.md5:
        found, stated = raw.md5.hex(), file.md5.hex()
        message = f"{file.location} has the MD5 {found}, its manifest says {stated}"
        raise FixInputError(message, _HINT)


def _unpacked(packed: io.BufferedReader) -> Iterator[bytes]:
    """Lines, cut at \\n only: other line ends of Unicode are text. Some copies of an export were
    unpacked under the same names, so the first bytes decide."""
    if packed.peek(2)[:2] != _GZIP_START:
        yield from packed
        return
    with gzip.GzipFile(fileobj=packed) as unpacked:
        yield from io.BufferedReader(unpacked, _BUFFER_BYTES)


class _Stream(io.RawIOBase):
    """Chunks as one stream, whose checksum is taken on the way."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._left = memoryview(b"")
        self._digest = hashlib.md5(usedforsecurity=False)

    @property
    def md5(self) -> bytes:
        """Of what was read so far."""
        return self._digest.digest()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        target = memoryview(buffer)
        while not self._left:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._digest.update(chunk)
            self._left = memoryview(chunk)
        size = min(len(target), len(self._left))
        target[:size] = self._left[:size]
        self._left = self._left[size:]
        return size
