"""Lets commands share the servers of one folder: the last one out may stop them.

Both locks belong to the kernel, which frees them when a command is killed.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from migrate.errors import RetryLaterError
from migrate.rehearse.stack.process import wait_until

_TURN_SECONDS = 180.0  # longer than any start or stop of the servers takes


class Sharing:
    """The claim of one command on the servers of `folder`."""

    def __init__(self, folder: Path) -> None:
        self._turn_file = folder / "turn.lock"
        self._use_file = folder / "use.lock"
        self._use: IO[bytes] | None = None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One command at a time looks at, starts or stops servers."""
        with self._turn_file.open("ab") as file:
            if not wait_until(lambda: _locked(file, fcntl.LOCK_EX), _TURN_SECONDS):
                hint = "another command is starting or stopping them; run again when it is done"
                raise RetryLaterError("the local servers are busy", hint)
            yield

    def claim(self) -> None:
        """Use the servers from now on. Call it in a turn."""
        self._use = self._use_file.open("ab")
        fcntl.flock(self._use, fcntl.LOCK_SH)

    def release(self) -> None:
        """Use them no longer. Call it in a turn."""
        if self._use is not None:
            self._use.close()
            self._use = None

    def is_used(self) -> bool:
        """Whether any command uses them. Ask in a turn, holding no claim."""
        with self._use_file.open("ab") as file:
            return not _locked(file, fcntl.LOCK_EX)


def _locked(file: IO[bytes], how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
