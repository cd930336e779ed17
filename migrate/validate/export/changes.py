"""The newest change of each key that a chain's incremental exports name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from migrate.errors import FixInputError
from migrate.validate.export.chain import Chain
from migrate.validate.export.lines import read_lines
from migrate.validate.export.manifest import DataFile
from migrate.validate.export.store import Store
from migrate.validate.export.typed_json import object_of

Order = tuple[int, int, int]
"""Number of the export in its chain, microseconds of the write, and the line among all lines of
the export: the newest change of a key has the greatest."""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of an incremental export."""

    file: DataFile
    line: int
    order: Order
    key: dict[str, Any]
    image: dict[str, Any] | None
    """Typed JSON; None: the item was deleted."""
    size: int
    """Bytes of the line."""


@dataclass(slots=True)
class Newest:
    """Which change of a key counts. Memory: about 250 bytes for each key that is named; images
    are not held, they are read a second time."""

    key_names: tuple[str, ...] = ()
    orders: dict[bytes, Order] = field(default_factory=dict)

    def names(self, item: dict[str, Any]) -> bool:
        """Whether an incremental export names the key of this item of the full export."""
        return bool(self.orders) and _digest(item, self.key_names) in self.orders

    def add(self, change: Change) -> None:
        """Take a change into account."""
        names = tuple(sorted(change.key))
        if self.key_names and names != self.key_names:
            raise _broken(change.file, change.line)
        self.key_names = names
        digest = _digest(change.key, names)
        held = self.orders.get(digest)
        if held is None or change.order > held:
            self.orders[digest] = change.order

    def has(self, change: Change) -> bool:
        """Whether this change is the one that counts for its key."""
        return self.orders.get(_digest(change.key, self.key_names)) == change.order


def newest_changes(store: Store, chain: Chain) -> Newest:
    """Read every incremental export of the chain once."""
    newest = Newest()
    for change in read_changes(store, chain):
        newest.add(change)
    return newest


def read_changes(store: Store, chain: Chain) -> Iterator[Change]:
    """Raises FixInputError on a line that is no change: whose item it changes nobody knows, so
    the table's state is not known either."""
    for number, export in enumerate(chain.incrementals):
        place = 0
        for file in export.files:
            for line, text in enumerate(read_lines(store, file), start=1):
                place += 1
                yield _change(file, line, text, number, place)


def _change(file: DataFile, line: int, text: bytes, number: int, place: int) -> Change:
    found = object_of(text) or {}
    key: Any = found.get("Keys")
    micros = _micros(found)
    image = found.get("NewImage")
    if not _is_key(key) or micros is None or not isinstance(image, dict | None):
        raise _broken(file, line)
    return Change(file, line, (number, micros, place), key, image, len(text))


def _is_key(key: Any) -> bool:
    return isinstance(key, dict) and bool(key) and all(isinstance(v, dict) for v in key.values())


def _micros(found: dict[str, Any]) -> int | None:
    """`{"N": "1"}`, or a bare number as some documents show it."""
    metadata = found.get("Metadata")
    written = metadata.get("WriteTimestampMicros") if isinstance(metadata, dict) else None
    if isinstance(written, dict):
        written = written.get("N")
    try:
        return int(written) if isinstance(written, str | int) else None
    except ValueError:
        return None


def _digest(item: dict[str, Any], names: tuple[str, ...]) -> bytes:
    """The key in 16 bytes: the keys themselves may have 3 KB."""
    text = json.dumps([item.get(name) for name in names], sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _broken(file: DataFile, line: int) -> FixInputError:
    message = f"line {line} of {file.location} is not a change of an item of its table"
    return FixInputError(message, "make the export anew; without it the table's state is unknown")
