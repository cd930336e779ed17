"""The small world as exports: tables of which only the files in a folder are left."""

from __future__ import annotations

import base64
import dataclasses
import gzip
import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from migrate.aws import Source, client
from migrate.pipeline.exported import chains
from migrate.pipeline.finalise import finalise
from migrate.pipeline.job import Job
from migrate.pipeline.load import load
from migrate.rehearse.sample.export_writer import (
    ExportedTable,
    Layout,
    WrittenChange,
    write_full_export,
    write_incremental_export,
)
from tests.small_world import (
    API_ID,
    ENVIRONMENT,
    REGION,
    SmallWorld,
    person,
    table_name,
    uid,
    visit,
)

Item = dict[str, Any]
TOO_LONG = "x" * 21

# Nobody listens there: what asks DynamoDB all the same fails.
_NOWHERE = "http://127.0.0.1:1"


def hour(number: int) -> datetime:
    return datetime(2026, 5, 1, number, tzinfo=UTC)


def put(item: Item, at_micros: int = 0) -> WrittenChange:
    """The item as a window leaves it behind."""
    return WrittenChange({"id": item["id"]}, at_micros, item)


def gone(number: int | str, at_micros: int = 0) -> WrittenChange:
    """The item is deleted at the window's end."""
    return WrittenChange({"id": {"S": uid(number)}}, at_micros, None)


class ExportedWorld(SmallWorld):
    """An empty target, and a folder that stands for the bucket."""

    def __init__(self, postgres_url: str, folder: Path, source: Source | None = None) -> None:
        self.url = postgres_url
        self.source = source or Source(REGION, _NOWHERE)
        self.folder = folder

    def full(
        self, model: str, items: Iterable[Item | bytes], *, at: int = 10, files: int = 2
    ) -> Path:
        """A full export of the model's table, with an empty file."""
        layout = Layout(files=files, empty_files=1)
        table = ExportedTable(table_name(model), REGION)
        return write_full_export(self.folder, table, items, export_time=hour(at), layout=layout)

    def window(
        self, model: str, changes: Sequence[WrittenChange], start: int, end: int, files: int = 2
    ) -> Path:
        """An incremental export of the hours from `start` to `end`."""
        return write_incremental_export(
            self.folder,
            ExportedTable(table_name(model), REGION),
            changes,
            from_time=hour(start),
            to_time=hour(end),
            layout=Layout(files=files),
        )

    def exported(self, *mappings: Item, location: str = "", **settings: Any) -> Job:
        """The job that reads what lies in the folder, without DynamoDB."""
        job = self.job(*mappings)
        found = chains(location or str(self.folder), self.source, job.mappings, API_ID, ENVIRONMENT)
        return dataclasses.replace(job, export=found, **{"offline": True, **settings})

    def two_windows(self) -> Job:
        """Two windows, the first of which begins before the full export."""
        self.full("Person", [person(n, code=f"old {n}") for n in range(1, 8)], files=3)
        first = [
            put(person(1, code="in both"), 1),
            gone(2, 2),
            put(person(3, code=TOO_LONG), 3),
            put(person(4, code=TOO_LONG), 4),
            gone(5, 5),
            put(person(8, code="new"), 6),
            put(person(9, code="soon gone"), 7),
            put(person(10, _deleted=True), 8),
        ]
        second = [
            put(person(1, code="newest"), 9),
            put(person(4, code="good again"), 10),
            put(person(5, code="back"), 11),
            put(person(6, strange="x"), 12),
            gone(9, 13),
            gone(404, 14),
        ]
        self.window("Person", first, 9, 12)
        self.window("Person", second, 12, 14)
        self.full("Visit", [visit(20 + n, of=n) for n in range(1, 8)], at=11)
        self.window("Visit", [put(visit(22, of=8)), gone(27)], 10, 15)
        return self.exported()

    def upload(self) -> str:
        """Put everything into a bucket of another name and prefix; its location."""
        s3 = client("s3", self.source, s3={"addressing_style": "path"})
        where = {"LocationConstraint": REGION}
        s3.create_bucket(Bucket="elsewhere", CreateBucketConfiguration=where)
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                key = f"copied/{path.relative_to(self.folder).as_posix()}"
                s3.put_object(Bucket="elsewhere", Key=key, Body=path.read_bytes())
        s3.close()
        return "s3://elsewhere/copied"

    def load_and_check(self, job: Job) -> None:
        """Loaded, judged, and equal to the exports in the verifier's own reading."""
        load(job)
        finalise(job)
        self.check(job)

    def check_account(self, job: Job) -> None:
        """Every line of every manifest is accounted for: read, superseded or landed."""
        assert job.export is not None
        account = self.account()
        for model, chain in job.export.items():
            landed = self.rows(
                "select count(*), count(image) from migrate.export_changes"
                f" where model = '{model}' and run_id = (select run_id from migrate.runs"
                " where state <> 'abandoned' order by started_at desc limit 1)"
            )[0]
            counts = account[model]
            assert counts.read - landed[1] + counts.superseded == chain.full.items
            lines = {
                json.dumps(json.loads(line)["Keys"], sort_keys=True)
                for export in chain.incrementals
                for file in export.files
                for line in gzip.decompress(Path(file.location).read_bytes()).splitlines()
            }
            assert landed[0] == len(lines)


def rewrite(place: Path, number: int, change: Any) -> None:
    """Change the lines of an export's data file, and its manifest's MD5 with them."""
    manifest = place / "manifest-files.json"
    entries = [json.loads(line) for line in manifest.read_text().splitlines()]
    entry = entries[number]
    name = entry["dataFileS3Key"].rpartition("/")[2]
    path = next(one for one in place.parent.rglob(name))
    lines = change(gzip.decompress(path.read_bytes()).splitlines())
    content = gzip.compress(b"".join(line + b"\n" for line in lines), mtime=0)
    path.write_bytes(content)
    digest = hashlib.md5(content, usedforsecurity=False).digest()
    entry["md5Checksum"] = base64.b64encode(digest).decode()
    text = "".join(json.dumps(one) + "\n" for one in entries).encode()
    manifest.write_bytes(text)
    checksum = base64.b64encode(hashlib.md5(text, usedforsecurity=False).digest())
    (place / "manifest-files.md5").write_bytes(checksum)
