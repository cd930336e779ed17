"""Fetched exports are whole copies that a load can read; what is there is not read again."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from migrate.aws import Source, client
from migrate.errors import FixInputError, RetryLaterError
from migrate.observe import FetchProgress
from migrate.pipeline import export_fetch
from migrate.pipeline.export_fetch import fetch
from migrate.rehearse.sample.export_writer import (
    ExportedTable,
    Layout,
    WrittenChange,
    write_full_export,
    write_incremental_export,
)
from migrate.source.export import Store, find_exports, store_of
from tests.pipeline.exporting import Events, ago, run
from tests.small_world import person, table_name
from tests.source.scripted_exports import REGION, Exports

BUCKET = "exports"
PREFIX = "hugmedo/june"


@pytest.fixture
def source(dynamodb_endpoint: str) -> Source:
    """An emulator's S3 with an empty bucket."""
    source = Source(REGION, dynamodb_endpoint)
    s3 = client("s3", source, s3={"addressing_style": "path"})
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.close()
    return source


def upload(source: Source, folder: Path) -> None:
    s3 = client("s3", source, s3={"addressing_style": "path"})
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            key = path.relative_to(folder).as_posix()
            s3.put_object(Bucket=BUCKET, Key=key, Body=path.read_bytes())
    s3.close()


def written(folder: Path, model: str = "Person", number: int = 1) -> Path:
    """A full export of the model's table, in the bucket that `folder` stands for."""
    items = [person(number * 100 + one) for one in range(10)]
    layout = Layout(bucket=BUCKET, prefix=PREFIX, empty_files=1)
    table = ExportedTable(table_name(model))
    return write_full_export(folder, table, items, export_time=ago(3600), layout=layout)


def location(folder: Path, place: Path) -> str:
    return f"s3://{BUCKET}/{place.relative_to(folder).as_posix()}"


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "_started"
    }


def test_the_copy_is_the_export_byte_for_byte(source: Source, tmp_path: Path) -> None:
    bucket, into, events = tmp_path / "bucket", tmp_path / "into", Events()
    place = written(bucket)
    upload(source, bucket)
    found = list(fetch([location(bucket, place)], into, source, events))
    assert found == [(location(bucket, place), into / "AWSDynamoDB" / place.name)]
    assert tree(into) == tree(bucket / PREFIX)
    (export,) = find_exports(str(into), Source(REGION))
    assert all(file.location.startswith(str(into)) for file in export.files)
    seen = [one for one in events if isinstance(one, FetchProgress)]
    assert (seen[-1].done, seen[-1].files) == (5, 5)


def test_incremental_exports_share_their_data_folder(source: Source, tmp_path: Path) -> None:
    bucket, into = tmp_path / "bucket", tmp_path / "into"
    table = ExportedTable(table_name("Person"))
    places = [
        write_incremental_export(
            bucket,
            table,
            [WrittenChange({"id": {"S": "1"}}, 1, person(1))],
            from_time=ago(hours * 3600),
            to_time=ago(hours * 3600) + timedelta(hours=1),
            layout=Layout(bucket=BUCKET, prefix=PREFIX, files=1),
        )
        for hours in (3, 2)
    ]
    upload(source, bucket)
    list(fetch([location(bucket, place) for place in places], into, source, Events()))
    assert tree(into) == tree(bucket / PREFIX)
    assert len(list((into / "AWSDynamoDB" / "data").iterdir())) == 2
    assert len(find_exports(str(into), Source(REGION))) == 2


class Counting:
    """A store that notes what is read of it, and may cut it off."""

    def __init__(self, store: Store, *, cut: int = 0) -> None:
        self._store = store
        self._cuts = cut
        self.read_files: list[str] = []

    def chunks(self, location: str) -> Iterator[bytes]:
        self.read_files.append(location.rpartition("/")[2])
        for chunk in self._store.chunks(location):
            if self._cuts:
                self._cuts -= 1
                yield chunk[:5]
                raise RetryLaterError("cut off")
            yield chunk

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


@pytest.fixture
def counted(source: Source, monkeypatch: pytest.MonkeyPatch) -> Counting:
    store = Counting(store_of(f"s3://{BUCKET}", source))
    monkeypatch.setattr(export_fetch, "store_of", lambda location, source: store)
    return store


def test_what_is_there_and_fits_is_not_fetched_again(
    source: Source, counted: Counting, tmp_path: Path
) -> None:
    bucket, into = tmp_path / "bucket", tmp_path / "into"
    place = written(bucket)
    upload(source, bucket)
    list(fetch([location(bucket, place)], into, source, Events()))
    kept, edited, *_ = sorted((into / "AWSDynamoDB" / place.name / "data").iterdir())
    edited.write_bytes(gzip.compress(b"edited"))
    counted.read_files.clear()
    list(fetch([location(bucket, place)], into, source, Events()))
    assert counted.read_files == [edited.name]
    assert kept.name not in counted.read_files
    assert tree(into) == tree(bucket / PREFIX)


def test_a_cut_answer_is_asked_for_again(source: Source, counted: Counting, tmp_path: Path) -> None:
    bucket, into = tmp_path / "bucket", tmp_path / "into"
    place = written(bucket)
    upload(source, bucket)
    counted._cuts = 2
    list(fetch([location(bucket, place)], into, source, Events()))
    assert tree(into) == tree(bucket / PREFIX)


def test_a_copy_that_was_stopped_is_no_export_yet_and_leaves_no_part_of_a_file(
    source: Source, counted: Counting, tmp_path: Path
) -> None:
    bucket, into = tmp_path / "bucket", tmp_path / "into"
    place = written(bucket)
    upload(source, bucket)
    counted._cuts = 1000
    with pytest.raises(RetryLaterError, match="cut off"):
        list(fetch([location(bucket, place)], into, source, Events()))
    assert not any(name.endswith((".part", ".json")) for name in tree(into))
    begun = str(into / "AWSDynamoDB" / place.name)
    with pytest.raises(FixInputError, match="no manifest-summary"):
        find_exports(begun, Source(REGION))
    counted._cuts = 0
    list(fetch([location(bucket, place)], into, source, Events()))
    assert tree(into) == tree(bucket / PREFIX)


def test_a_damaged_file_is_named_and_not_kept(source: Source, tmp_path: Path) -> None:
    bucket, into = tmp_path / "bucket", tmp_path / "into"
    place = written(bucket)
    damaged = sorted((place / "data").iterdir())[0]
    damaged.write_bytes(damaged.read_bytes()[:-1])
    upload(source, bucket)
    with pytest.raises(FixInputError, match=f"{damaged.name} is damaged"):
        list(fetch([location(bucket, place)], into, source, Events()))
    assert damaged.name not in {path.name for path in into.rglob("*")}


def test_an_edited_manifest_is_refused(source: Source, tmp_path: Path) -> None:
    bucket = tmp_path / "bucket"
    place = written(bucket)
    summary = place / "manifest-summary.json"
    summary.write_text(summary.read_text() + " ")
    upload(source, bucket)
    with pytest.raises(FixInputError, match="was changed"):
        list(fetch([location(bucket, place)], tmp_path / "into", source, Events()))


def test_completed_exports_are_fetched_also_when_another_table_failed(
    aws: Exports, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket, into = tmp_path / "bucket", tmp_path / "into"
    place = written(bucket)
    upload(source, bucket)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", str(source.endpoint))
    aws.ids[table_name("Person")] = place.name
    aws.failing[table_name("Visit")] = ("S3NoSuchBucket", "")
    result = run(aws, fetch_into=into)
    assert result.exports[0].fetched == str(into / "AWSDynamoDB" / place.name)
    assert result.exports[1].fetched is None
    assert result.error is not None
    assert tree(into) == tree(bucket / PREFIX)


def test_exports_that_cannot_be_fetched_are_told_all_the_same(
    aws: Exports, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", str(source.endpoint))
    result = run(aws, fetch_into=tmp_path / "into")
    assert [one.status for one in result.exports] == ["completed", "completed"]
    assert isinstance(result.error, FixInputError)
    assert "manifest-summary.json does not exist" in result.error.message
