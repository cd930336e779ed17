"""Writes a file whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from migrate.errors import FixInputError, RetryLaterError


def write_atomically(path: Path, content: bytes) -> None:
    """Write through a temporary file in the same folder: readers see all of it or nothing."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, content)
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}"
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise RetryLaterError(message, "make room, then render the report again") from None
        raise FixInputError(message, "check the folder and its rights") from None


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
