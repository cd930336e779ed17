"""One export's manifests: which data files it has, and what they must hold."""

from __future__ import annotations

import base64
import hashlib
import json
import posixpath
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from migrate.errors import FixInputError
from migrate.validate.export.store import Store, bucket_and_key, is_s3, joined, parent

_NO_MANIFEST_HINT = "read the export anew from where it was made"


@dataclass(frozen=True, slots=True)
class DataFile:
    """One data file. `items`: its lines; `md5`: of its bytes as stored."""

    location: str
    items: int
    md5: bytes

    @property
    def name(self) -> str:
        return posixpath.basename(self.location)


@dataclass(frozen=True, slots=True)
class Export:
    """A full export shows the table at `end`; an incremental one its changes in start <= t < end,
    as far as the manifest tells these times."""

    location: str
    table_id: str
    start: datetime | None
    end: datetime | None
    files: tuple[DataFile, ...]


def read_export(store: Store, location: str, *, incremental: bool) -> Export:
    """Raises FixInputError when the manifests are not there, contradict each other, or are of
    another kind."""
    location = location.rstrip("/") if is_s3(location) else location
    summary = _json(store, joined(location, "manifest-summary.json"), lines=False)[0]
    _check_kind(summary, location, incremental=incremental)
    entries = _json(store, joined(location, "manifest-files.json"), lines=True)
    try:
        files = tuple(_data_file(entry, summary, location, incremental) for entry in entries)
        total = int(summary["itemCount"])
        table_id = str(summary.get("tableId", ""))
        start = _time(summary, "exportFromTime") if incremental else None
        end = _time(summary, "exportToTime" if incremental else "exportTime")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"the manifests of export {location} lack what they must hold"
        raise FixInputError(message, _NO_MANIFEST_HINT) from error
    counted = sum(file.items for file in files)
    if counted != total:
        message = f"export {location}: its files hold {counted} items, its summary says {total}"
        raise FixInputError(message, _NO_MANIFEST_HINT)
    return Export(location, table_id, start, end, files)


def _json(store: Store, location: str, *, lines: bool) -> list[Any]:
    """The file's one object, or that of each of its lines."""
    content = store.content(location)
    try:
        texts = [line for line in content.split(b"\n") if line.strip()] if lines else [content]
        found = [json.loads(text) for text in texts]
    except ValueError as error:
        raise FixInputError(f"{location} is not JSON", _NO_MANIFEST_HINT) from error
    if not all(isinstance(one, dict) for one in found):
        raise FixInputError(f"{location} is no manifest", _NO_MANIFEST_HINT)
    return found


def _check_kind(summary: Any, location: str, *, incremental: bool) -> None:
    output = summary.get("outputFormat", "DYNAMODB_JSON")
    if output != "DYNAMODB_JSON":
        message = f"export {location} is in the format {output}"
        raise FixInputError(message, "export the table as DYNAMODB_JSON")
    expected = "INCREMENTAL_EXPORT" if incremental else "FULL_EXPORT"
    found = summary.get("exportType", expected)
    if found != expected:
        raise FixInputError(f"export {location} is a {found}, not a {expected}")


def _data_file(entry: Any, summary: Any, location: str, incremental: bool) -> DataFile:
    place = _place(entry["dataFileS3Key"], summary.get("s3Bucket"), location, incremental)
    return DataFile(place, int(entry["itemCount"]), _md5(entry["md5Checksum"]))


def _md5(text: str) -> bytes:
    """Base64 as AWS writes it, or hexadecimal as some tools that copy exports do."""
    digest = bytes.fromhex(text) if len(text) == 32 else base64.b64decode(text, validate=True)
    if len(digest) != hashlib.md5(usedforsecurity=False).digest_size:
        raise ValueError(text)
    return digest


def _place(key: str, bucket: str | None, location: str, incremental: bool) -> str:
    """The key as it stands while the export lies where it was made; in a copy, which has another
    bucket, prefix or folder, the same file beside the copied manifest."""
    above = parent(location)
    if is_s3(location):
        own_bucket, prefix = bucket_and_key(above)
        if own_bucket == bucket and key.startswith(f"{prefix}/" if prefix else ""):
            return f"s3://{bucket}/{key}"
    name = posixpath.basename(key)
    if not name:
        raise ValueError(key)
    # Incremental exports below one prefix share one folder of data.
    return joined(above if incremental else location, "data", name)


def _time(summary: Any, name: str) -> datetime | None:
    text = summary.get(name)
    if not text:
        return None
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)
