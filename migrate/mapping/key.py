"""The identity of an item: its DynamoDB key in one canonical text, for ledger and verifier."""

from __future__ import annotations

import json
from collections.abc import Mapping as AnyMapping
from typing import Any

from migrate.mapping.spec import Mapping


def item_key_text(mapping: Mapping, item: AnyMapping[str, Any]) -> str:
    """Such as `{"id":{"S":"…"}}`, in the order of `source.key`. B values are base64 text.

    A key attribute that is absent (a broken export line) stands as null.
    """
    key = {name: item.get(name) for name in mapping.source.key}
    text = json.dumps(key, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate cannot be stored; as an escape it still names this key and no other.
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()
