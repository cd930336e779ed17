"""Reads a data file of a full export: pages of raw items."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from migrate.source.export.blocks import Block, read_blocks
from migrate.source.export.model import DataFile
from migrate.source.export.store import Store
from migrate.source.page import Page

# What stands around an item, in the form that DynamoDB writes: {"Item":...}\n
_FRAME_BYTES = len(b'{"Item":}')
_BEFORE = re.compile(rb'[ \t\r]*\{[ \t\r]*"Item"[ \t\r]*:[ \t\r]*(?=\{)')  # JSON's own spaces only
_BEHIND = re.compile(rb"(?<=\})[ \t\r]*\}[ \t\r]*\Z")
_BRACE = ord("{")


def read_full_file(store: Store, file: DataFile, start_line: int = 0) -> Iterator[Page]:
    """Pages of about 1 MB from behind line `start_line` on; the last one has no position.

    A line that is not exactly one object `Item` is `broken`. Raises as `read_blocks`.
    """
    for block in read_blocks(store, file, start_line):
        page = Page([], block.position, len(block.text))
        _take(block, page)
        yield page


def _take(block: Block, page: Page) -> None:
    """Put the lines of a block where they belong."""
    items = _ordinary_items(block)
    if items is not None:
        page.items.extend(items)
        return
    for number, line in enumerate(block.split(), block.first_line):
        item = _item(line)
        if item is None:
            page.broken.append((number, line))
        else:
            page.items.append(item)


def _ordinary_items(block: Block) -> list[bytes] | None:
    """The items of all lines, in one pass, where each line has DynamoDB's form.

    The decoder also takes members of one name twice, spaces between, and two objects on a line;
    then the lengths do not add up, unless an empty line makes up for it.
    """
    decode_lines, _, refused = _decoders()
    text = block.text
    if block.has_empty_line:
        return None
    ends = block.lines if text.endswith(b"\n") else block.lines - 1
    try:
        items = [bytes(line.Item) for line in decode_lines(text)]
    except refused:
        return None
    framed = sum(map(len, items)) + _FRAME_BYTES * len(items) + ends
    if len(items) == block.lines and framed == len(text) and all(map(_is_object, items)):
        return items
    return None


def _is_object(item: bytes) -> bool:
    return item[0] == _BRACE


def _item(line: bytes) -> bytes | None:
    """The item of a line; None: it holds none."""
    _, decode, refused = _decoders()
    try:
        item = bytes(decode(line).Item)
    except refused:
        return _item_of_unusual_form(line)
    if len(item) + _FRAME_BYTES == len(line) and _is_object(item):
        return item
    return _item_of_unusual_form(line)


def _item_of_unusual_form(line: bytes) -> bytes | None:
    """With spaces, or with a lone surrogate, which only the standard parser lets pass."""
    before, behind = _BEFORE.match(line), _BEHIND.search(line)
    if before is None or behind is None:
        return None
    item = line[before.end() : behind.start()]
    try:
        json.loads(item)  # whole: so nothing else stood in the line
    except (ValueError, RecursionError):
        return None
    return item


@lru_cache(maxsize=1)
def _decoders() -> tuple[Callable[[bytes], Any], Callable[[bytes], Any], Any]:
    """Decoders of many lines and of one, that keep the item as it is, and what they raise."""
    import msgspec

    line = msgspec.defstruct("Line", [("Item", msgspec.Raw)], forbid_unknown_fields=True, gc=False)
    decoder = msgspec.json.Decoder(line)
    return decoder.decode_lines, decoder.decode, (msgspec.MsgspecError, ValueError, RecursionError)
