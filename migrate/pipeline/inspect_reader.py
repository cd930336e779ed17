"""Reads the parts of an inspection, of whatever kind: undecoded items, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrate.aws import Source
from migrate.mapping.spec import Mapping
from migrate.pipeline.inspect_newest import Newest, checked_pages, write_newest
from migrate.pipeline.inspect_parts import Kind, Part
from migrate.source.export import Chain, DataFile, Store, read_full_file, store_of
from migrate.source.scan import scan_client, scan_segment

NO_ITEM = b""


@dataclass(frozen=True, slots=True)
class InspectPage:
    """`items`: undecoded; a line of a file that holds none stands as `NO_ITEM`. `position`: where
    a sample goes on; None: the part was read to its end."""

    items: list[bytes]
    position: dict[str, Any] | None
    body_bytes: int


class InspectReader:
    """Opens what the first part of a kind needs, and keeps it."""

    def __init__(self, source: Source, mappings: dict[str, Mapping]) -> None:
        self._source = source
        self._mappings = mappings
        self._client: Any = None
        self._store: Store | None = None
        self._newest: dict[str, Newest] = {}

    def pages(self, part: Part) -> Iterator[InspectPage]:
        """The part from its position on, and no more than its `items_max`."""
        if part.kind == "segment":
            return self._segment(part)
        readers: dict[Kind, Callable[[Part], Iterator[InspectPage]]] = {
            "file": self._file,
            "change-file": self._changes,
        }
        return _stretch(readers[part.kind](part), part)

    def write_newest(self, model: str, chain: Chain, path: str) -> None:
        store = self._opened(chain.full.location)
        write_newest(Path(path), self._mappings[model], store, chain)

    def _segment(self, part: Part) -> Iterator[InspectPage]:
        if self._client is None:
            self._client = scan_client(self._source)
        place = part.place
        for page in scan_segment(
            self._client,
            place["table"],
            place["segment"],
            place["segments_total"],
            part.position,
            items_max=part.items_max,
        ):
            yield InspectPage(page.items, page.position, page.body_bytes)

    def _file(self, part: Part) -> Iterator[InspectPage]:
        file, newest = DataFile.from_json(part.place), self._newest_of(part)
        for page in read_full_file(self._opened(file.location), file):
            items = page.items + [NO_ITEM] * len(page.broken)
            if newest is not None:
                items = newest.without_changed(items)
            yield InspectPage(items, page.position, page.body_bytes)

    def _changes(self, part: Part) -> Iterator[InspectPage]:
        file, newest = DataFile.from_json(part.place), self._newest_of(part)
        assert newest is not None
        for page in checked_pages(self._opened(file.location), file):
            items = list(newest.images(page, part.place["file"]))
            yield InspectPage(items, page.position, page.body_bytes)

    def _opened(self, location: str) -> Store:
        if self._store is None:  # all files lie in one place
            self._store = store_of(location, self._source)
        return self._store

    def _newest_of(self, part: Part) -> Newest | None:
        path = part.place["newest"]
        if path is None:
            return None
        if part.model not in self._newest:
            self._newest[part.model] = Newest(Path(path), self._mappings[part.model])
        return self._newest[part.model]


def _stretch(pages: Iterator[InspectPage], part: Part) -> Iterator[InspectPage]:
    """Of a file's pages what a sample takes: it goes on behind so many items.

    Bytes are those that were read, also where not all of their items are taken.
    """
    begin = part.position["items"] if part.position else 0
    end = None if part.items_max is None else begin + part.items_max
    seen = 0
    for page in pages:
        first, seen = seen, seen + len(page.items)
        if seen <= begin and page.position is not None:
            continue
        if end is None or seen < end:
            yield InspectPage(page.items[max(0, begin - first) :], page.position, page.body_bytes)
            continue
        items = page.items[max(0, begin - first) : end - first]
        is_end = seen == end and page.position is None
        yield InspectPage(items, None if is_end else {"items": end}, page.body_bytes)
        return
