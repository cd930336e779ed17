"""One data file of an export while it is written: packed, counted and digested on the way."""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path

_BUFFER_BYTES = 128 * 1024
# Header without name and time, so that the same lines give the same bytes; and gzip's window.
_GZIP_WINDOW = 31


class DataFileWriter:
    """A .json.gz file. `items` and `unpacked_bytes` count what was written so far."""

    def __init__(self, path: Path, compression: int) -> None:
        self.path = path
        self.items = 0
        self.unpacked_bytes = 0
        self._lines: list[bytes] = []
        self._waiting_bytes = 0
        self._packer = zlib.compressobj(compression, zlib.DEFLATED, _GZIP_WINDOW)
        self._digest = hashlib.md5(usedforsecurity=False)
        path.write_bytes(b"")

    def write(self, line: bytes) -> None:
        """One item or change, with its line's end."""
        self.items += 1
        self._lines.append(line)
        self._waiting_bytes += len(line)
        if self._waiting_bytes > _BUFFER_BYTES:
            self._flush()

    def _flush(self) -> None:
        self._append(self._packer.compress(b"".join(self._lines)))
        self.unpacked_bytes += self._waiting_bytes
        self._lines.clear()
        self._waiting_bytes = 0

    def _append(self, packed: bytes) -> None:
        self._digest.update(packed)
        with self.path.open("ab") as file:  # many partitions would be too many open files
            file.write(packed)

    def close(self) -> None:
        self._flush()
        self._append(self._packer.flush())

    @property
    def md5(self) -> bytes:
        return self._digest.digest()

    @property
    def etag(self) -> str:
        """As S3 makes it for an upload in one part: the MD5 of the parts' MD5s, and their count."""
        return hashlib.md5(self.md5, usedforsecurity=False).hexdigest() + "-1"
