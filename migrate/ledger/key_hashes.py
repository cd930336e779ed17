"""Item keys as the ledger's indexes know them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def key_hashes(item_keys: Iterable[str]) -> str:
    """PostgreSQL's md5(item_key) of each, as the literal of an array of texts: psycopg looks at
    each element of a list, which costs more than the question itself."""
    listed = (hashlib.md5(key.encode(), usedforsecurity=False).hexdigest() for key in item_keys)
    return "{" + ",".join(listed) + "}"
