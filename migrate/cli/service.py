"""Commands that run for weeks: SIGTERM ends them well, after the transaction at hand."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stopped_by_signal() -> Iterator[threading.Event]:
    """An event that SIGTERM sets. Only the main thread may ask for it."""
    stop = threading.Event()

    def set_it(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        stop.set()

    before = signal.signal(signal.SIGTERM, set_it)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGTERM, before)
