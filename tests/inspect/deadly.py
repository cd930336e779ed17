"""A named function that takes its process with it, as a lack of memory does."""

from __future__ import annotations

import os


def die(value: object) -> object:
    """Ends the worker without a word."""
    os._exit(9)
