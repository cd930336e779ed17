"""stdout as commands use it: a reader that goes away changes no exit code."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

from migrate.errors import RetryLaterError


@contextmanager
def patient_output() -> Iterator[None]:
    """While the block lasts, writing to a pipe whose reader is gone (`migrate ... | head`) writes
    nowhere, so that the command ends with the code of what it found. Raises RetryLaterError when
    there is no room for the output."""
    before = sys.stdout
    sys.stdout = cast(TextIO, _Patient(before))
    try:
        yield
    finally:
        sys.stdout = before


class _Patient:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._failure: RetryLaterError | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        self._try(lambda: self._stream.write(text))
        return len(text)

    def flush(self) -> None:
        self._try(self._stream.flush)

    def _try(self, action: Callable[[], object]) -> None:
        try:
            action()
        except OSError as error:
            # What is left in the buffer goes nowhere: the interpreter would try it at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
            if error.errno != errno.EPIPE:
                message = f"the output cannot be written: {error.strerror}"
                hint = "make room; what was committed stays committed"
                self._failure = RetryLaterError(message, hint)
        if self._failure:  # click tries a stream before it uses it, and swallows what that raises
            raise self._failure
