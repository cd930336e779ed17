"""Exports are read from a bucket as from a folder; what the bucket refuses is said in its words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from migrate.aws import Source, client
from migrate.errors import FixInputError, RetryLaterError
from migrate.source.export import find_exports, read_full_file, store_of
from migrate.source.export.s3 import S3Store, s3_endpoint
from tests.source.exports import full, item, only

BUCKET = "hugmedo-exports"


@pytest.fixture
def source(dynamodb_endpoint: str) -> Source:
    return Source("ap-northeast-1", dynamodb_endpoint)


def uploaded(source: Source, folder: Path, bucket: str = BUCKET, prefix: str = "") -> None:
    s3 = client("s3", source, s3={"addressing_style": "path"})
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": source.region})
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            key = prefix + path.relative_to(folder).as_posix()
            s3.put_object(Bucket=bucket, Key=key, Body=path.read_bytes())
    s3.close()


def items_in(location: str, source: Source) -> list[dict[str, Any]]:
    export = only(location, source)
    store = store_of(export.location, source)
    pages = [page for file in export.files for page in read_full_file(store, file)]
    return sorted((json.loads(raw) for page in pages for raw in page.items), key=str)


@pytest.mark.parametrize("prefix", ["", "daily/2026"])
def test_a_bucket_reads_like_a_folder(source: Source, tmp_path: Path, prefix: str) -> None:
    items = [item(n, "熱 38.5") for n in range(500)]
    place = full(tmp_path, items, prefix=prefix, empty_files=1)
    uploaded(source, tmp_path)
    own = f"s3://{BUCKET}/{place.relative_to(tmp_path)}"
    for location in (f"s3://{BUCKET}", f"{own}/", own):
        assert items_in(location, source) == sorted(items, key=str)
    assert only(own, source).location == own


def test_an_export_in_another_bucket_reads_its_own_files(source: Source, tmp_path: Path) -> None:
    place = full(tmp_path, [item(1)])
    uploaded(source, place.parent, bucket="another", prefix="copied/")
    export = only("s3://another/copied", source)
    assert all(
        file.location.startswith(f"s3://another/copied/{place.name}/data/") for file in export.files
    )
    assert items_in("s3://another", source) == [item(1)]


def test_what_is_missing_is_named(source: Source, tmp_path: Path) -> None:
    with pytest.raises(FixInputError, match="s3://nowhere does not exist"):
        find_exports("s3://nowhere", source)
    place = full(tmp_path, [item(1)], files=1)
    next((place / "data").iterdir()).unlink()
    uploaded(source, tmp_path)
    export = only(f"s3://{BUCKET}", source)
    with pytest.raises(FixInputError, match=r"s3://.*\.json\.gz does not exist"):
        list(read_full_file(S3Store(source), export.files[0]))
    with pytest.raises(FixInputError, match="there is no export at or below"):
        find_exports(f"s3://{BUCKET}/elsewhere", source)


@pytest.mark.parametrize("location", ["s3://", "s3:///key", "s3://a b/key"])
def test_a_location_without_a_bucket_is_refused(location: str) -> None:
    with pytest.raises(FixInputError, match="names no bucket"):
        find_exports(location, Source("ap-northeast-1", "http://127.0.0.1:9"))


def test_a_bucket_that_does_not_answer_is_for_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
    with pytest.raises(RetryLaterError, match="S3 cannot be reached for s3://b") as raised:
        find_exports("s3://b", Source("ap-northeast-1", "http://127.0.0.1:9"))
    assert "AWS_ENDPOINT_URL_S3" in raised.value.hint


class CutBody:
    """A body that ends in the middle, as the connection was."""

    def read(self, size: int) -> bytes:
        from botocore.exceptions import IncompleteReadError

        raise IncompleteReadError(actual_bytes=1, expected_bytes=2)

    def close(self) -> None:
        pass


def test_a_stream_that_is_cut_is_for_later(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full(tmp_path, [item(1)], files=1)
    uploaded(source, tmp_path)
    export = only(f"s3://{BUCKET}", source)
    monkeypatch.setattr(S3Store, "_get", lambda store, location: {"Body": CutBody()})
    with pytest.raises(RetryLaterError, match="S3 cannot be reached for s3://"):
        list(read_full_file(S3Store(source), export.files[0]))


@pytest.mark.parametrize(
    ("given", "endpoint", "expected"),
    [
        ({}, None, None),
        ({}, "http://127.0.0.1:1", "http://127.0.0.1:1"),
        ({}, "https://dynamodb.ap-northeast-1.amazonaws.com", None),
        ({"AWS_ENDPOINT_URL_S3": "http://minio:9000"}, "http://127.0.0.1:1", "http://minio:9000"),
        ({"AWS_ENDPOINT_URL": "http://minio:9000"}, None, "http://minio:9000"),
        ({"AWS_ENDPOINT_URL": "embedded"}, "http://127.0.0.1:1", "http://127.0.0.1:1"),
        ({"AWS_ENDPOINT_URL": "aws"}, "http://127.0.0.1:1", None),
    ],
)
def test_which_endpoint_answers(
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, str],
    endpoint: str | None,
    expected: str | None,
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert s3_endpoint(Source("ap-northeast-1", endpoint)) == expected
