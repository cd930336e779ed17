"""A data file as blocks of whole lines, checked before the last of them is handed out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from migrate.errors import FixInputError
from migrate.source.export.checksum import Digest, new_md5
from migrate.source.export.gunzip import gunzipped
from migrate.source.export.model import DataFile
from migrate.source.export.store import Store

BLOCK_BYTES = 1_000_000
"""About a page of a scan. Larger ones fall out of the processor's cache."""
_LINE_BYTES_MAX = 64_000_000  # an item of 400 kB takes a few MB of JSON; beyond it, it is no export


@dataclass(frozen=True, slots=True)
class Block:
    """`lines` whole lines, each with its \\n but perhaps the last. `first_line` counts from 1.
    `has_empty_line`: there may be one."""

    text: bytes
    first_line: int
    lines: int
    has_empty_line: bool = False
    is_last: bool = False

    @property
    def position(self) -> dict[str, int] | None:
        """Where reading goes on behind this block."""
        return None if self.is_last else {"line": self.first_line + self.lines - 1}

    def split(self) -> list[bytes]:
        """Its lines. On \\n only: U+2028 and its like stand inside texts."""
        lines = self.text.split(b"\n")
        if not lines[-1]:
            lines.pop()
        return lines


def read_blocks(store: Store, file: DataFile, start_line: int = 0) -> Iterator[Block]:
    """The file behind its first `start_line` lines; one block at least, perhaps an empty one.

    MD5 and line count are always those of the whole file, and compared before the last block is
    yielded: a damaged file never counts as read. Raises FixInputError naming file, expected and
    found, and what the store raises.
    """
    digest = new_md5()
    count = 0
    held: Block | None = None
    for text in _whole_lines(gunzipped(_fed(store, file, digest), file.name), file):
        block = _block(text, count)
        count += block.lines
        rest = _behind(block, start_line)
        if rest is None:
            continue
        if held is not None:
            yield held
        held = rest
    _check(file, digest.hexdigest(), count)
    if count < start_line:
        raise FixInputError(f"{file.name} has {count} lines, reading should go on at {start_line}")
    if held is None:
        held = Block(b"", count + 1, 0)
    yield replace(held, is_last=True)


def _fed(store: Store, file: DataFile, digest: Digest) -> Iterator[bytes]:
    for chunk in store.chunks(file.location):
        digest.update(chunk)
        yield chunk


def _whole_lines(pieces: Iterator[bytes], file: DataFile) -> Iterator[bytes]:
    """Joined pieces, cut behind the last line's end; what is left comes at the end."""
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size < BLOCK_BYTES:
            continue
        if size > _LINE_BYTES_MAX:
            raise FixInputError(f"{file.name} holds a line that is no item's: it never ends")
        end = piece.rfind(b"\n") + 1
        if not end:
            continue
        waiting[-1] = piece[:end]
        yield b"".join(waiting)
        waiting = [piece[end:]]
        size = len(waiting[0])
    if size:
        yield b"".join(waiting)


def _block(text: bytes, lines_before: int) -> Block:
    lines, has_empty_line = _lines_of(text)
    return Block(text, lines_before + 1, lines, has_empty_line)


def _lines_of(text: bytes) -> tuple[int, bool]:
    """How many lines, and whether one is empty. Measured: faster than `bytes.count` alone."""
    find = text.find
    lines, has_empty_line, start = 0, False, 0
    while (end := find(b"\n", start)) >= 0:
        lines += 1
        has_empty_line |= end == start
        start = end + 1
    return lines + (start < len(text)), has_empty_line


def _behind(block: Block, start_line: int) -> Block | None:
    """What of the block stands behind `start_line`; None: nothing."""
    skipped = start_line - (block.first_line - 1)
    if skipped <= 0:
        return block
    if skipped >= block.lines:
        return None
    text = block.text.split(b"\n", skipped)[skipped]
    return replace(block, text=text, first_line=start_line + 1, lines=block.lines - skipped)


def _check(file: DataFile, md5: str, lines: int) -> None:
    if md5 != file.md5:
        raise FixInputError(
            f"{file.name} is damaged: its MD5 is {md5}, the manifest says {file.md5}",
            "copy the export again",
        )
    if lines != file.items:
        raise FixInputError(
            f"{file.name} has {lines} lines, the manifest counts {file.items} items",
            "the export is not whole: take it again",
        )
