"""Ctrl-C reaches the commands that tests start, wherever the tests themselves were started."""

from __future__ import annotations

import signal
import threading


def hear_interrupts() -> None:
    """A shell starts what runs in its background with Ctrl-C ignored, and children inherit that: a
    command that a test interrupts would go on for ever."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)
