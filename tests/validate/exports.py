"""Small exports, written by hand in DynamoDB's layout: nothing of the tool writes or reads them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

TABLE_ID = "8f3d9a50-1c55-4a1e-9b1d-2f0f7f1f0a01"
BUCKET = "exports"
PREFIX = "daily"

Line = dict[str, Any] | bytes


def item_line(item: dict[str, Any]) -> bytes:
    """A line of a full export."""
    return _text({"Item": item})


def put(image: dict[str, Any], micros: int, *, old: dict[str, Any] | None = None) -> bytes:
    """A line of an incremental export: the item was written."""
    change = {**_change(image["id"], micros), "NewImage": image}
    return _text(change | ({"OldImage": old} if old else {}))


def deleted(key: dict[str, Any], micros: int) -> bytes:
    """A line of an incremental export: the item is gone."""
    return _text(_change(key, micros))


def _change(key: dict[str, Any], micros: int) -> dict[str, Any]:
    return {"Metadata": {"WriteTimestampMicros": {"N": str(micros)}}, "Keys": {"id": key}}


def _text(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def packed(lines: list[bytes]) -> bytes:
    """A data file."""
    return gzip.compress(b"".join(line + b"\n" for line in lines), mtime=0)


def write_full(
    root: Path, name: str, files: list[list[bytes]], *, at: str = "2026-05-01T00:00:00.000Z"
) -> Path:
    """A full export below `root`/PREFIX; returns the folder of its manifests."""
    folder = root / PREFIX / "AWSDynamoDB" / name
    summary = {"exportTime": at, "exportType": "FULL_EXPORT"}
    return _write(folder, folder / "data", f"{PREFIX}/AWSDynamoDB/{name}/data", files, summary)


def write_incremental(
    root: Path, name: str, files: list[list[bytes]], *, start: str, end: str
) -> Path:
    """An incremental export; its data lie in the folder that all of them share."""
    folder = root / PREFIX / "AWSDynamoDB" / name
    summary = {
        "exportFromTime": start,
        "exportToTime": end,
        "exportType": "INCREMENTAL_EXPORT",
        "outputView": "NEW_AND_OLD_IMAGES",
    }
    data = folder.parent / "data"
    return _write(folder, data, f"{PREFIX}/AWSDynamoDB/data", files, summary)


def _write(
    folder: Path, data: Path, key: str, files: list[list[bytes]], more: dict[str, str]
) -> Path:
    folder.mkdir(parents=True)
    data.mkdir(parents=True, exist_ok=True)
    entries = []
    for number, lines in enumerate(files):
        name, content = f"{folder.name}-{number}.json.gz", packed(lines)
        (data / name).write_bytes(content)
        entries.append(entry(f"{key}/{name}", content, len(lines)))
    summary = {
        "version": "2020-06-30",
        "tableId": TABLE_ID,
        "s3Bucket": BUCKET,
        "s3Prefix": PREFIX,
        "itemCount": sum(map(len, files)),
        "outputFormat": "DYNAMODB_JSON",
        **more,
    }
    (folder / "manifest-summary.json").write_text(json.dumps(summary))
    (folder / "manifest-files.json").write_text("".join(f"{json.dumps(one)}\n" for one in entries))
    return folder


def entry(key: str, content: bytes, items: int) -> dict[str, Any]:
    """A line of manifest-files.json."""
    md5 = base64.b64encode(hashlib.md5(content).digest()).decode()
    return {"itemCount": items, "md5Checksum": md5, "etag": "x-1", "dataFileS3Key": key}


def edit_summary(folder: Path, **fields: Any) -> None:
    """Change fields of manifest-summary.json; None removes one."""
    path = folder / "manifest-summary.json"
    summary = {**json.loads(path.read_text()), **fields}
    path.write_text(json.dumps({name: one for name, one in summary.items() if one is not None}))


def description(full: Path | str, *incrementals: Path | str) -> dict[str, Any]:
    """What the pipeline tells of a chain."""
    return {
        "full": {"location": str(full)},
        "incrementals": [{"location": str(one)} for one in incrementals],
    }
