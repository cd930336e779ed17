"""Reads a data file of an incremental export: the net change of each item in its window."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from migrate.source.export.blocks import read_blocks
from migrate.source.export.model import DataFile
from migrate.source.export.store import Store


@dataclass(frozen=True, slots=True)
class Change:
    """`key`: typed JSON. `at_micros`: when it was written, in microseconds since 1970. `image`:
    the item then, typed JSON, undecoded; None: it was deleted."""

    key: dict[str, Any]
    at_micros: int
    image: bytes | None


@dataclass(frozen=True, slots=True)
class ChangePage:
    """`position`, `body_bytes` and `first_line` as in `Page`. `broken`: lines that are no change,
    by line number."""

    changes: list[Change]
    broken: list[tuple[int, bytes]]
    position: dict[str, Any] | None
    body_bytes: int
    first_line: int


def read_incremental_file(
    store: Store, file: DataFile, start_line: int = 0
) -> Iterator[ChangePage]:
    """Pages of about 1 MB from behind line `start_line` on; the last one has no position.

    Old images are ignored, so both views read alike. Raises as `read_blocks`.
    """
    for block in read_blocks(store, file, start_line):
        page = ChangePage([], [], block.position, len(block.text), block.first_line)
        for number, line in enumerate(block.split(), block.first_line):
            change = change_of(line)
            if change is None:
                page.broken.append((number, line))
            else:
                page.changes.append(change)
        yield page


def change_of(line: bytes) -> Change | None:
    """The change that a line tells; None: the line is none."""
    decode, refused = _decoder()
    try:
        record = decode(line)
    except refused:
        return _change_of_unusual_form(line)
    return _change(bytes(record.Metadata), bytes(record.Keys), bytes(record.NewImage))


def _change_of_unusual_form(line: bytes) -> Change | None:
    """With a lone surrogate, which only the standard parser lets pass."""
    try:
        record = json.loads(line)
        parts = (record["Metadata"], record["Keys"], record.get("NewImage"))
    except (ValueError, RecursionError, TypeError, KeyError):
        return None
    metadata, key, image = (json.dumps(one, separators=(",", ":")).encode() for one in parts)
    return _change(metadata, key, image)


def _change(metadata: bytes, key: bytes, image: bytes) -> Change | None:
    try:
        found, at_micros = _key(key), _micros(json.loads(metadata))
    except (ValueError, RecursionError):
        return None
    is_delete = image in {b"", b"null"}
    if found is None or at_micros is None or not (is_delete or image.startswith(b"{")):
        return None
    return Change(found, at_micros, None if is_delete else image)


def _key(raw: bytes) -> dict[str, Any] | None:
    key = json.loads(raw)
    if not isinstance(key, dict) or not key:
        return None
    return key if all(isinstance(value, dict) for value in key.values()) else None


def _micros(metadata: Any) -> int | None:
    """Bare or as a typed number: AWS's tools and its guide show different forms."""
    stated = metadata.get("WriteTimestampMicros") if isinstance(metadata, dict) else None
    if isinstance(stated, dict):
        stated = stated.get("N")
    if isinstance(stated, bool) or not isinstance(stated, int | str):
        return None
    text = str(stated)
    return int(text) if text.isascii() and text.isdigit() else None


@lru_cache(maxsize=1)
def _decoder() -> tuple[Callable[[bytes], Any], Any]:
    import msgspec

    raw = msgspec.Raw
    fields: list[Any] = [("Metadata", raw), ("Keys", raw), ("NewImage", raw, raw(b""))]
    decoder = msgspec.json.Decoder(msgspec.defstruct("Record", fields, gc=False))
    return decoder.decode, (msgspec.MsgspecError, ValueError, RecursionError)
