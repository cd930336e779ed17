"""Exports for tests: written as DynamoDB lays them out, then found and read."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from migrate.aws import Source
from migrate.rehearse.sample.export_writer import ExportedTable, Layout, write_full_export
from migrate.source.export import DataFile, Export, find_exports, read_full_file
from migrate.source.export.store import LocalStore
from migrate.source.page import Page

SOURCE = Source("ap-northeast-1")
TABLE = ExportedTable("T")


def hour(number: int) -> datetime:
    return datetime(2026, 1, 1, number, tzinfo=UTC)


def item(number: int, text: str = "x") -> dict[str, Any]:
    return {"id": {"S": str(number)}, "text": {"S": text}}


def full(folder: Path, items: Iterable[Any], at: int = 10, **layout: Any) -> Path:
    return write_full_export(folder, TABLE, items, export_time=hour(at), layout=Layout(**layout))


def only(location: Path | str, source: Source = SOURCE, **options: Any) -> Export:
    (export,) = find_exports(str(location), source, **options)
    return export


def stored(folder: Path, content: bytes, items: int, name: str = "part.json.gz") -> DataFile:
    """A data file of just this content, with the MD5 that fits it."""
    path = folder / name
    path.write_bytes(content)
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return DataFile(path.as_posix(), items, md5)


def packed(folder: Path, lines: bytes, items: int) -> DataFile:
    return stored(folder, gzip.compress(lines, mtime=0), items)


def pages(file: DataFile, start_line: int = 0) -> list[Page]:
    return list(read_full_file(LocalStore(), file, start_line))


def items_of(file: DataFile, start_line: int = 0) -> list[bytes]:
    return [raw for page in pages(file, start_line) for raw in page.items]


def edit(place: Path, change: Callable[[dict[str, Any]], Any], *, sign: bool = True) -> None:
    """Change a manifest of one object, and by default its checksum too."""
    fields = json.loads(place.read_bytes())
    change(fields)
    content = json.dumps(fields).encode()
    place.write_bytes(content)
    if sign:
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        place.with_suffix(".md5").write_text(md5)
