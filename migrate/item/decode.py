"""From the bytes of one item to what the complete path and rejects work on."""

from __future__ import annotations

import json
from typing import Any

import orjson


def decoded(raw: bytes) -> Any:
    """The item as a dictionary. What is no JSON comes back as its text, which is no item either,
    so that a reject can hold it."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        pass
    try:
        # orjson refuses lone surrogates; the standard parser lets them pass, and the mapping then
        # rejects the one item that holds them.
        return json.loads(raw)
    except (ValueError, RecursionError):
        return raw.decode(errors="surrogateescape")
