"""Which changes of a chain's incremental exports count: the newest of each key, without memory.

An inspection has no ledger to land changes in. What it remembers stands in a temporary file: a
hash of each key and the place of its newest change. No key and no image is written; the images are
read a second time.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from migrate.item.decode import decoded
from migrate.mapping.key import item_key_text
from migrate.mapping.spec import Mapping
from migrate.pipeline.part_reader import broken_change
from migrate.source.export import Chain, ChangePage, DataFile, Store, read_incremental_file

_KEYS_A_QUERY = 500
# Enough pages that the lookups of a page of items seldom go to the disk.
_CACHE_KILOBYTES = 32_000

_TABLE = (
    "create table newest (key blob primary key, export integer, at_micros integer, file integer,"
    " line integer) without rowid"
)
_KEEP = (
    "insert into newest values (?, ?, ?, ?, ?) on conflict (key) do update"
    " set export = excluded.export, at_micros = excluded.at_micros, file = excluded.file,"
    " line = excluded.line"
    " where (excluded.export, excluded.at_micros) > (newest.export, newest.at_micros)"
)


def checked_pages(store: Store, file: DataFile) -> Iterator[ChangePage]:
    """Pages of changes. Raises FixInputError for a line that is none."""
    for page in read_incremental_file(store, file):
        for line, _ in page.broken:
            raise broken_change(f"{file.name}:{line}")
        yield page


def write_newest(path: Path, mapping: Mapping, store: Store, chain: Chain) -> None:
    """Read every incremental export of the chain, and write the file that `Newest` opens."""
    with sqlite3.connect(path, isolation_level=None) as database:
        database.execute("pragma journal_mode = off")  # nobody reads a file that was not finished
        database.execute("pragma synchronous = off")
        database.execute("begin")
        database.execute(_TABLE)
        for number, (export, file) in enumerate(chain.change_files):
            for page in checked_pages(store, file):
                database.executemany(_KEEP, _rows(mapping, page, export, number))
        database.execute("create index by_place on newest (file, line)")
        database.execute("commit")
    database.close()


def _rows(
    mapping: Mapping, page: ChangePage, export: int, file: int
) -> Iterator[tuple[bytes, int, int, int, int]]:
    for line, change in enumerate(page.changes, page.first_line):
        yield _digest(mapping, change.key), export, change.at_micros, file, line


def _digest(mapping: Mapping, item: dict[str, Any]) -> bytes:
    """The key in 16 bytes: the key itself may have 3 KB."""
    return hashlib.blake2b(item_key_text(mapping, item).encode(), digest_size=16).digest()


class Newest:
    """What `write_newest` wrote, read only: any number of processes may have it open."""

    def __init__(self, path: Path, mapping: Mapping) -> None:
        self._mapping = mapping
        self._database = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
        self._database.execute(f"pragma cache_size = -{_CACHE_KILOBYTES}")

    def close(self) -> None:
        self._database.close()

    def without_changed(self, raws: Sequence[bytes]) -> list[bytes]:
        """The items of a full export that no incremental export names. What is no item stays."""
        items = map(decoded, raws)
        keys = [_digest(self._mapping, item) if isinstance(item, dict) else None for item in items]
        changed = self._named([key for key in keys if key is not None])
        return [raw for raw, key in zip(raws, keys, strict=True) if key not in changed]

    def _named(self, keys: Sequence[bytes]) -> set[bytes]:
        found: set[bytes] = set()
        for start in range(0, len(keys), _KEYS_A_QUERY):
            part = keys[start : start + _KEYS_A_QUERY]
            marks = ", ".join("?" * len(part))
            rows = self._database.execute(f"select key from newest where key in ({marks})", part)
            found.update(row[0] for row in rows)
        return found

    def images(self, page: ChangePage, file: int) -> Iterable[bytes]:
        """The images of a page of file number `file` that no other change replaces."""
        end = page.first_line + len(page.changes)
        rows = self._database.execute(
            "select line from newest where file = ? and line >= ? and line < ? order by line",
            [file, page.first_line, end],
        )
        for (line,) in rows:
            image = page.changes[line - page.first_line].image
            if image is not None:
                yield image
