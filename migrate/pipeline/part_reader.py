"""Reads one part of a run's source, of whatever kind, from any position in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from migrate.errors import FixInputError
from migrate.item.decode import decoded
from migrate.ledger import changes
from migrate.ledger.changes import ExportedChange
from migrate.ledger.parts import Claim, Kind, PlannedPart
from migrate.mapping.key import item_key_text
from migrate.mapping.spec import Mapping
from migrate.pipeline.job import Job
from migrate.pipeline.pace import Repeated
from migrate.source.export import (
    Change,
    DataFile,
    Store,
    read_full_file,
    read_incremental_file,
    store_of,
)
from migrate.source.pace import Pace, at_once
from migrate.source.scan import scan_client, scan_segment
from migrate.target.connection import Connection

Position = dict[str, Any] | None


@dataclass(slots=True)
class PartPage:
    """What one page of a part holds.

    `items`: raw, to be mapped. `superseded`: how many were left out, because an incremental
    export brings them again or deletes them. `landed`: changes to be read as items later.
    `broken`: (file:line, line) of lines that are no item. `position`, `body_bytes` and
    `read_units` as in Page.
    """

    items: list[bytes]
    position: Position
    body_bytes: int
    read_units: float = 0.0
    superseded: int = 0
    landed: list[ExportedChange] = field(default_factory=list)
    broken: list[tuple[str, bytes]] = field(default_factory=list)


# Images in one page of the changes; each may be DynamoDB's 400 KB.
_IMAGES_A_PAGE = 100


class PartReader:
    """Opens the source when the first part asks for it. `repeated` runs the queries on what
    incremental exports brought."""

    def __init__(
        self,
        job: Job,
        run_id: str,
        repeated: Repeated,
        pace: Pace = at_once,
        on_client: Callable[[Any], None] | None = None,
    ) -> None:
        self._job = job
        self._run_id = run_id
        self._repeated = repeated
        self._pace = pace
        self._mappings = {mapping.model: mapping for mapping in job.mappings}
        self._client: Any = None
        self._store: Store | None = None
        self._on_client = on_client

    def pages(self, part: Claim | PlannedPart, position: Position = None) -> Iterator[PartPage]:
        """The part from a position on."""
        readers: dict[Kind, Callable[..., Iterator[PartPage]]] = {
            "segment": self._segment,
            "file": self._file,
            "change-file": self._changes,
            "changes": self._images,
        }
        return readers[part.kind](self._mappings[part.model], part.place, position)

    def _segment(self, _: Mapping, place: dict[str, Any], position: Position) -> Iterator[PartPage]:
        if self._client is None:
            self._client = scan_client(self._job.source)
            if self._on_client:
                self._on_client(self._client)
        for page in scan_segment(
            self._client,
            place["table"],
            place["segment"],
            place["segments_total"],
            position,
            consistent=self._job.consistent_read,
            pace=self._pace,
        ):
            yield PartPage(page.items, page.position, page.body_bytes, page.read_units)

    def _opened(self, file: DataFile) -> Store:
        if self._store is None:  # all files of a run lie in one place
            self._store = store_of(file.location, self._job.source)
        return self._store

    def _file(
        self, mapping: Mapping, place: dict[str, Any], position: Position
    ) -> Iterator[PartPage]:
        start = position["line"] if position else 0
        file = DataFile.from_json(place)
        for page in read_full_file(self._opened(file), file, start):
            broken = _located(file, page.broken)
            found = PartPage(page.items, page.position, page.body_bytes, broken=broken)
            if place["has_changes"]:
                self._leave_out_changed(mapping, found)
            yield found

    def _leave_out_changed(self, mapping: Mapping, page: PartPage) -> None:
        """Take the items away that an incremental export names."""
        keys = [self._key(mapping, raw) for raw in page.items]
        changed = self._repeated(
            lambda c: changes.changed_keys(c, self._run_id, mapping.model, keys)
        )
        if changed:
            pairs = zip(page.items, keys, strict=True)
            kept = [raw for raw, key in pairs if key not in changed]
            page.superseded = len(page.items) - len(kept)
            page.items = kept

    def _key(self, mapping: Mapping, raw: bytes) -> str:
        item = decoded(raw)
        return item_key_text(mapping, item) if isinstance(item, dict) else ""

    def _images(
        self, mapping: Mapping, _: dict[str, Any], position: Position
    ) -> Iterator[PartPage]:
        """The newest images of what incremental exports brought, in the order of their keys."""
        after = bytes.fromhex(position["after"]) if position else None
        while True:
            found = self._images_behind(mapping, after)
            items = [image for _, image in found]
            is_last = len(found) < _IMAGES_A_PAGE
            after = found[-1][0] if found else after
            behind = None if is_last or after is None else {"after": after.hex()}
            yield PartPage(items, behind, sum(map(len, items)))
            if is_last:
                return

    def _images_behind(self, mapping: Mapping, after: bytes | None) -> list[tuple[bytes, bytes]]:
        def read(connection: Connection) -> list[tuple[bytes, bytes]]:
            model = mapping.model
            found = changes.images(connection, self._run_id, model, after, _IMAGES_A_PAGE)
            return list(found)

        return self._repeated(read)

    def _changes(
        self, mapping: Mapping, place: dict[str, Any], position: Position
    ) -> Iterator[PartPage]:
        start = position["line"] if position else 0
        file = DataFile.from_json(place)
        for page in read_incremental_file(self._opened(file), file, start):
            for where, _line in _located(file, page.broken):
                raise broken_change(where)
            landed = [self._landed(mapping, place["export"], one) for one in page.changes]
            yield PartPage([], page.position, page.body_bytes, landed=landed)

    def _landed(self, mapping: Mapping, export: int, change: Change) -> ExportedChange:
        key = item_key_text(mapping, change.key)
        return ExportedChange(key, export, change.at_micros, change.image)


def broken_change(where: str) -> FixInputError:
    """What a line of an incremental export that is no change means. `where`: file:line."""
    return FixInputError(
        f"{where} is no change of an incremental export, and nobody knows which item it would have"
        " changed",
        "take the export again, or a new full one",
    )


def _located(file: DataFile, broken: list[tuple[int, bytes]]) -> list[tuple[str, bytes]]:
    return [(f"{file.name}:{number}", line) for number, line in broken]
