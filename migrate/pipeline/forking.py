"""What workers are forked from: a process that has imported what they need.

It is started first of all, and imports while the command makes its plan: workers are at work a
second earlier, and one import serves all of them. This module itself imports nothing heavy.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# Elsewhere than on Linux, forking is not safe with all system libraries.
METHOD = "forkserver" if sys.platform == "linux" else "spawn"
_PRELOADED = ["migrate.pipeline.worker", "boto3", "psycopg"]


def warm_up() -> None:
    """Start that process, if it is not there."""
    if METHOD == "forkserver":
        from multiprocessing import forkserver

        multiprocessing.set_forkserver_preload(_PRELOADED)
        with interrupts_held():
            forkserver.ensure_running()


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Ctrl-C waits for the end of the block. A process that starts in it inherits the mask: it
    would answer Ctrl-C with a traceback while it is still importing."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
