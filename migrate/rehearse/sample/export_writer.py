"""Writes exports exactly as DynamoDB lays them out in a bucket, full and incremental."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

from migrate.rehearse.sample.data_file import DataFileWriter

Item = dict[str, Any]
BILLED_BYTES_MIN = 10_000_000
"""What DynamoDB bills at least for an incremental export."""
_NAMES = uuid.UUID("5b1c3a52-6d0e-4c5a-9f0e-1f0a4f6f2b11")


@dataclass(frozen=True, slots=True)
class ExportedTable:
    """The table that an export says it is of. Its id follows from its name."""

    name: str
    region: str = "ap-northeast-1"
    account: str = "123456789012"

    @property
    def arn(self) -> str:
        return f"arn:aws:dynamodb:{self.region}:{self.account}:table/{self.name}"

    @property
    def table_id(self) -> str:
        return str(uuid.uuid5(_NAMES, self.arn))


@dataclass(frozen=True, slots=True)
class WrittenChange:
    """The net change of one item. `new` None: deleted; `old` None: inserted."""

    key: Item
    at_micros: int
    new: Item | None
    old: Item | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """How an export is written. `empty_files` come on top of `files`: empty partitions.

    `bucket` and `prefix` are what the manifests say, wherever the folder is copied to.
    """

    files: int = 4
    empty_files: int = 0
    bucket: str = "hugmedo-exports"
    prefix: str = ""
    checksum_ending: str = ".md5"
    compression: int = 6


_DEFAULT = Layout()


def write_full_export(
    folder: Path,
    table: ExportedTable,
    items: Iterable[Item | bytes],
    *,
    export_time: datetime,
    layout: Layout = _DEFAULT,
) -> Path:
    """Write the items, typed JSON, as one full export; the same input gives the same bytes.

    `folder` stands for the bucket. Returns the export's own folder, AWSDynamoDB/<id>. Memory does
    not grow with the number of items.
    """
    facts = {"exportTime": _iso(export_time)}
    export = _Export(folder, table, layout, "FULL_EXPORT", export_time, facts)
    lines = (b'{"Item":%s}\n' % _json(item) for item in items)
    files = export.data(lines, export.place / "data")
    export.finish(files, sum(file.unpacked_bytes for file in files))
    return export.place


def write_incremental_export(
    folder: Path,
    table: ExportedTable,
    changes: Iterable[WrittenChange],
    *,
    from_time: datetime,
    to_time: datetime,
    view: str = "NEW_AND_OLD_IMAGES",
    layout: Layout = _DEFAULT,
) -> Path:
    """Write the changes of one window as an incremental export; else as `write_full_export`.

    Its data goes into the folder that all incremental exports of a prefix share.
    """
    facts = {
        "exportFromTime": _iso(from_time),
        "exportToTime": _iso(to_time),
        "outputView": view,
    }
    export = _Export(folder, table, layout, "INCREMENTAL_EXPORT", to_time, facts)
    lines = (_change_line(change, view) for change in changes)
    files = export.data(lines, export.place.parent / "data")
    export.finish(files, max(BILLED_BYTES_MIN, sum(file.unpacked_bytes for file in files)))
    return export.place


class _Export:
    """One export while it is written."""

    def __init__(
        self,
        folder: Path,
        table: ExportedTable,
        layout: Layout,
        kind: str,
        started: datetime,
        facts: dict[str, str],
    ) -> None:
        self._folder, self._table, self._layout = folder, table, layout
        self._kind, self._started, self._facts = kind, started, facts
        content = json.dumps([table.arn, kind, facts]).encode()
        milliseconds = int(started.timestamp() * 1000)
        self._id = f"{milliseconds:014d}-{hashlib.sha256(content).hexdigest()[:8]}"
        self.place = folder / layout.prefix / "AWSDynamoDB" / self._id
        self.place.mkdir(parents=True, exist_ok=True)
        (self.place / "_started").write_bytes(b"")

    def data(self, lines: Iterable[bytes], folder: Path) -> list[DataFileWriter]:
        """Deal the lines out to the files."""
        folder.mkdir(parents=True, exist_ok=True)
        count = self._layout.files + self._layout.empty_files
        files = [
            DataFileWriter(folder / f"{name}.json.gz", self._layout.compression)
            for name in self._file_names(count)
        ]
        for line, file in zip(lines, cycle(files[: self._layout.files]), strict=False):
            file.write(line)
        for file in files:
            file.close()
        return files

    def _file_names(self, count: int) -> Iterator[str]:
        for number in range(count):
            digest = hashlib.sha256(f"{self._id} {number}".encode()).digest()
            yield base64.b32encode(digest).decode().lower()[:26]

    def finish(self, files: list[DataFileWriter], billed_bytes: int) -> None:
        """Write both manifests; the summary comes last and says that the export is whole."""
        manifest = "".join(json.dumps(self._entry(file)) + "\n" for file in files)
        self._manifest("manifest-files", manifest.encode())
        summary = {
            "version": "2020-06-30" if self._kind == "FULL_EXPORT" else "2023-08-01",
            "exportArn": f"{self._table.arn}/export/{self._id}",
            "startTime": _iso(self._started),
            "endTime": _iso(self._started + timedelta(minutes=5)),
            "tableArn": self._table.arn,
            "tableId": self._table.table_id,
            **self._facts,
            "s3Bucket": self._layout.bucket,
            "s3Prefix": self._layout.prefix or None,
            "s3SseAlgorithm": "AES256",
            "s3SseKmsKeyId": None,
            "manifestFilesS3Key": self._key(self.place / "manifest-files.json"),
            "billedSizeBytes": billed_bytes,
            "itemCount": sum(file.items for file in files),
            "outputFormat": "DYNAMODB_JSON",
            "exportType": self._kind,
        }
        self._manifest("manifest-summary", json.dumps(summary).encode())

    def _entry(self, file: DataFileWriter) -> dict[str, Any]:
        return {
            "itemCount": file.items,
            "md5Checksum": base64.b64encode(file.md5).decode(),
            "etag": file.etag,
            "dataFileS3Key": self._key(file.path),
        }

    def _key(self, path: Path) -> str:
        return path.relative_to(self._folder).as_posix()

    def _manifest(self, name: str, content: bytes) -> None:
        digest = hashlib.md5(content, usedforsecurity=False).digest()
        checksum = self.place / f"{name}{self._layout.checksum_ending}"
        checksum.write_bytes(base64.b64encode(digest))
        (self.place / f"{name}.json").write_bytes(content)


def _change_line(change: WrittenChange, view: str) -> bytes:
    record: dict[str, Any] = {
        "Metadata": {"WriteTimestampMicros": {"N": str(change.at_micros)}},
        "Keys": change.key,
    }
    if change.new is not None:
        record["NewImage"] = change.new
    if change.old is not None and view == "NEW_AND_OLD_IMAGES":
        record["OldImage"] = change.old
    return _json(record) + b"\n"


def _json(value: Item | bytes) -> bytes:
    """Compact JSON. Bytes are an item as it should stand in the file."""
    import orjson

    if isinstance(value, bytes):
        return value
    try:
        return orjson.dumps(value)
    except TypeError:  # a lone surrogate, which only an escape can tell
        return json.dumps(value, separators=(",", ":")).encode()


def _iso(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
