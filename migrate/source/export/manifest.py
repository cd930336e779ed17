"""Reads one export's manifests: what it holds, and that nobody changed what they say."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from migrate.errors import FixInputError
from migrate.source.export.checksum import md5_hex, md5_of
from migrate.source.export.model import DataFile, Export
from migrate.source.export.store import Store, missing, parent_of

SUMMARY = "manifest-summary.json"
FILES = "manifest-files.json"
_CHECKSUM_ENDINGS = (".md5", ".checksum")  # the first in real buckets, the second in AWS's guide
_KINDS: dict[str, Literal["full", "incremental"]] = {
    "FULL_EXPORT": "full",
    "INCREMENTAL_EXPORT": "incremental",
}
_EDITED_HINT = "take the export unchanged, or accept edited manifests by name"


def read_export(store: Store, folder: str, *, accept_edited_manifest: bool = False) -> Export:
    """The export whose manifests lie in `folder`. Raises FixInputError for any that is not whole,
    not in DynamoDB JSON, or was edited (unless that is accepted)."""
    place = f"{folder}/{SUMMARY}"
    content = _verified(store, place, accept_edited_manifest)
    summary = _Fields(place, folder, _object(content, place))
    _refuse_other_formats(summary)
    place = f"{folder}/{FILES}"
    kind = _kind(summary)
    files = _files(_verified(store, place, accept_edited_manifest), place, summary, kind)
    return _checked(_export(summary, kind, files))


@dataclass(frozen=True, slots=True)
class _Fields:
    """What a manifest, or a line of one, says. `place` names it for people."""

    place: str
    folder: str
    fields: dict[str, Any]

    def text(self, name: str) -> str:
        value = self.fields.get(name)
        if not isinstance(value, str) or not value:
            raise FixInputError(f"{self.place} has no {name}", "it is not a manifest of DynamoDB")
        return value

    def number(self, name: str) -> int:
        value = self.fields.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise FixInputError(f"{self.place} has no {name}", "it is not a manifest of DynamoDB")
        return value

    def instant(self, name: str) -> datetime:
        try:
            found = datetime.fromisoformat(self.text(name))
        except ValueError:
            raise FixInputError(f"{name} of {self.place} is not an instant") from None
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _verified(store: Store, place: str, accept_edited: bool) -> bytes:
    content = store.read(place)
    if content is None:
        raise missing(place)
    stem = place.removesuffix(".json")
    stated = (store.read(stem + ending) for ending in _CHECKSUM_ENDINGS)
    found = next((one for one in stated if one is not None), None)
    if accept_edited:
        return content
    if found is None:
        raise FixInputError(f"{place} has no checksum beside it", _EDITED_HINT)
    expected = md5_hex(found.decode("utf-8", "replace"))
    actual = md5_of(content)
    if expected != actual:
        message = f"{place} was changed: its MD5 is {actual}, its checksum file says"
        raise FixInputError(f"{message} {expected or 'nothing readable'}", _EDITED_HINT)
    return content


def _object(content: bytes, place: str) -> dict[str, Any]:
    try:
        value = json.loads(content)
    except ValueError:
        raise FixInputError(f"{place} is not JSON") from None
    if not isinstance(value, dict):
        raise FixInputError(f"{place} holds no object", "it is not a manifest of DynamoDB")
    return value


def _refuse_other_formats(summary: _Fields) -> None:
    form = summary.text("outputFormat")
    if form != "DYNAMODB_JSON":
        hint = "export the table again as DYNAMODB_JSON"
        raise FixInputError(f"the export {summary.folder} is in {form}, which is not read", hint)


def _kind(summary: _Fields) -> Literal["full", "incremental"]:
    stated = summary.fields.get("exportType", "FULL_EXPORT")  # exports before 2023 do not say
    if stated not in _KINDS:
        raise FixInputError(f"{summary.place} has the unknown exportType {stated!r}")
    return _KINDS[stated]


def _files(content: bytes, place: str, summary: _Fields, kind: str) -> tuple[DataFile, ...]:
    """JSON lines, in spite of the name."""
    found = []
    for number, line in enumerate(content.split(b"\n"), 1):
        if line.strip():
            where = f"{place} line {number}"
            found.append(_file(_Fields(where, summary.folder, _object(line, where))))
    names = [file.location for file, _ in found]
    if len(set(names)) != len(names):
        raise FixInputError(f"{place} names a data file twice")
    same_place = _is_where_it_was_written(summary)
    return tuple(
        DataFile(_location(file.location, key, summary, kind, same_place), file.items, file.md5)
        for file, key in found
    )


def _file(line: _Fields) -> tuple[DataFile, str]:
    """The file, with its bare name as location, and its key."""
    key = line.text("dataFileS3Key")
    name = key.rpartition("/")[2]
    if name in {"", ".", ".."} or "\\" in name:
        raise FixInputError(f"{line.place} names no data file")
    md5 = md5_hex(line.text("md5Checksum"))
    if md5 is None:
        raise FixInputError(f"md5Checksum of {line.place} is not an MD5")
    return DataFile(name, line.number("itemCount"), md5), key


def _is_where_it_was_written(summary: _Fields) -> bool:
    written = f"s3://{summary.fields.get('s3Bucket')}/{summary.fields.get('manifestFilesS3Key')}"
    return written == f"{summary.folder}/{FILES}"


def _location(name: str, key: str, summary: _Fields, kind: str, same_place: bool) -> str:
    """As the manifest says, or, for an export copied elsewhere, beside its manifests; the data of
    all incremental exports share one folder."""
    if same_place:
        return f"s3://{summary.fields['s3Bucket']}/{key}"
    above = summary.folder if kind == "full" else parent_of(summary.folder)
    return f"{above}/data/{name}"


def _export(
    summary: _Fields, kind: Literal["full", "incremental"], files: tuple[DataFile, ...]
) -> Export:
    is_full = kind == "full"
    to_time = None if is_full else summary.instant("exportToTime")
    table_arn = summary.text("tableArn")
    return Export(
        location=summary.folder,
        arn=summary.text("exportArn"),
        kind=kind,
        table_name=table_arn.rpartition(":table/")[2],
        table_arn=table_arn,
        table_id=summary.text("tableId"),
        export_time=to_time or summary.instant("exportTime"),
        from_time=None if is_full else summary.instant("exportFromTime"),
        to_time=to_time,
        view="" if is_full else str(summary.fields.get("outputView") or ""),
        items=summary.number("itemCount"),
        billed_bytes=summary.number("billedSizeBytes"),
        files=files,
    )


def _checked(export: Export) -> Export:
    total = sum(file.items for file in export.files)
    if total != export.items:
        message = f"the export {export.location} counts {export.items} items,"
        raise FixInputError(f"{message} its files {total}", "one of its manifests is not whole")
    if export.from_time and export.to_time and export.from_time >= export.to_time:
        raise FixInputError(f"the window of the export {export.location} ends before it begins")
    return export
