"""Reads the items of the snapshot that a full export and the incremental ones after it describe.

These are the items of the full export whose key no incremental export names, and the newest image
of each key that one names, unless that is a delete.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from migrate.validate.export.chain import Chain, read_chain
from migrate.validate.export.changes import Newest, newest_changes, read_changes
from migrate.validate.export.lines import read_lines
from migrate.validate.export.manifest import DataFile
from migrate.validate.export.store import Store
from migrate.validate.export.typed_json import decode_binaries, object_of
from migrate.validate.reader import BrokenLine, Item, Opened, Part

_PAGE_BYTES = 1_000_000  # like a page of a scan


@dataclass(frozen=True)
class ExportReader:
    """`exports`: by model, {"full": {"location": …}, "incrementals": [{"location": …}, …]}, each
    the folder that holds the export's manifests, or s3://…/AWSDynamoDB/<id>. `client` makes a
    client of S3, once one is needed; picklable."""

    exports: dict[str, dict[str, Any]]
    client: Callable[[], Any]

    @property
    def models(self) -> Collection[str]:
        return self.exports.keys()

    @contextmanager
    def opened(self) -> Iterator[Opened]:
        store = Store(self.client)
        try:
            yield _Exports(store, self.exports)
        finally:
            store.close()


class _Exports:
    """Keeps one model's manifests and changes: parts of a model mostly follow each other."""

    def __init__(self, store: Store, exports: dict[str, dict[str, Any]]) -> None:
        self._store = store
        self._exports = exports
        self._kept: tuple[str, Chain, Newest] | None = None

    def pages(self, part: Part) -> Iterator[list[Item]]:
        """Data file k of the full export belongs to part k mod total, images to the last part."""
        chain, newest = self._chain(part.model)
        for number, file in enumerate(chain.full.files):
            if number % part.total == part.number:
                yield from _pages(self._items(file, newest))
        if part.number == part.total - 1:
            yield from _pages(self._images(chain, newest))

    def _chain(self, model: str) -> tuple[Chain, Newest]:
        if self._kept is None or self._kept[0] != model:
            self._kept = None  # the changes of two models are never held at once
            chain = read_chain(self._store, self._exports[model])
            self._kept = model, chain, newest_changes(self._store, chain)
        return self._kept[1:]

    def _items(self, file: DataFile, newest: Newest) -> Iterator[tuple[Item, int]]:
        for number, line in enumerate(read_lines(self._store, file), start=1):
            found = object_of(line)
            item = found.get("Item") if found is not None and len(found) == 1 else None
            if not isinstance(item, dict):
                yield BrokenLine(file.name, number), len(line)
            elif not newest.names(item):
                decode_binaries(item)
                yield item, len(line)

    def _images(self, chain: Chain, newest: Newest) -> Iterator[tuple[Item, int]]:
        for change in read_changes(self._store, chain):
            if change.image is not None and newest.has(change):
                decode_binaries(change.image)
                yield change.image, change.size


def _pages(items: Iterable[tuple[Item, int]]) -> Iterator[list[Item]]:
    """Items with their sizes in bytes, gathered."""
    page: list[Item] = []
    page_bytes = 0
    for item, size in items:
        page.append(item)
        page_bytes += size
        if page_bytes >= _PAGE_BYTES:
            yield page
            page, page_bytes = [], 0
    yield page
