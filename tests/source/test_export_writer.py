"""The writer's exports have DynamoDB's layout, and the same input gives the same bytes."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrate.errors import AskOperatorError
from migrate.rehearse.sample.export_writer import (
    BILLED_BYTES_MIN,
    Layout,
    WrittenChange,
    write_incremental_export,
)
from migrate.rehearse.sample.exports import write_sample_exports
from migrate.rehearse.sample.generate import generate
from migrate.source.export import chain_of, find_exports
from tests.source.exports import SOURCE, TABLE, full, hour, item, items_of, only

API = "a" * 26


def content_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_full_export_lies_as_dynamodb_lays_it(tmp_path: Path) -> None:
    place = full(tmp_path, map(item, range(10)), files=2, empty_files=1, prefix="p")
    assert place.parent == tmp_path / "p" / "AWSDynamoDB"
    assert re.fullmatch(r"[0-9]{14}-[0-9a-f]{8}", place.name)
    names = {path.name for path in place.iterdir()}
    assert names == {
        "_started", "data", "manifest-files.json", "manifest-files.md5",
        "manifest-summary.json", "manifest-summary.md5",
    }  # fmt: skip
    summary = json.loads((place / "manifest-summary.json").read_bytes())
    assert (summary["itemCount"], summary["exportType"]) == (10, "FULL_EXPORT")
    assert (summary["s3Bucket"], summary["s3Prefix"]) == ("hugmedo-exports", "p")
    lines = (place / "manifest-files.json").read_bytes().splitlines()
    entries = [json.loads(line) for line in lines]
    assert summary["manifestFilesS3Key"] == f"p/AWSDynamoDB/{place.name}/manifest-files.json"
    assert [entry["itemCount"] for entry in entries] == [5, 5, 0]
    for entry in entries:
        packed = (tmp_path / entry["dataFileS3Key"]).read_bytes()
        md5 = hashlib.md5(packed, usedforsecurity=False).digest()
        assert entry["md5Checksum"] == base64.b64encode(md5).decode()
        assert re.fullmatch(r"[0-9a-f]{32}-1", entry["etag"])
        assert gzip.decompress(packed).count(b"\n") == entry["itemCount"]


def test_an_incremental_export_bills_its_minimum(tmp_path: Path) -> None:
    change = WrittenChange({"id": {"S": "1"}}, 5, new=item(1), old=item(1))
    place = write_incremental_export(
        tmp_path, TABLE, [change], from_time=hour(1), to_time=hour(2), layout=Layout(files=1)
    )
    summary = json.loads((place / "manifest-summary.json").read_bytes())
    assert (summary["exportType"], summary["outputView"]) == (
        "INCREMENTAL_EXPORT", "NEW_AND_OLD_IMAGES",
    )  # fmt: skip
    assert summary["exportFromTime"] == "2026-01-01T01:00:00.000Z"
    assert summary["billedSizeBytes"] == BILLED_BYTES_MIN
    (path,) = (tmp_path / "AWSDynamoDB" / "data").iterdir()
    record = json.loads(gzip.decompress(path.read_bytes()))
    assert list(record) == ["Metadata", "Keys", "NewImage", "OldImage"]


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        full(tmp_path / name, map(item, range(1000)))
    assert content_of(tmp_path / "a") == content_of(tmp_path / "b")


def test_two_exports_of_one_bucket_do_not_touch_each_other(tmp_path: Path) -> None:
    full(tmp_path, [item(1)], 9)
    before = content_of(tmp_path)
    full(tmp_path, [item(2)], 10)
    after = content_of(tmp_path)
    assert {name: after[name] for name in before} == before


TEXTS = st.text(st.characters(), max_size=8)  # lone surrogates too
ITEMS = st.dictionaries(TEXTS, st.fixed_dictionaries({"S": TEXTS}), max_size=3)


@given(items=st.lists(ITEMS, max_size=20), files=st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_what_was_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, items: list[dict[str, Any]], files: int
) -> None:
    place = full(tmp_path_factory.mktemp("export"), items, files=files)
    found: dict[int, Any] = {}
    for number, file in enumerate(only(place).files):
        found |= {number + files * n: json.loads(raw) for n, raw in enumerate(items_of(file))}
    assert [found[n] for n in range(len(items))] == items


def test_memory_does_not_grow_with_the_items(tmp_path: Path) -> None:
    def many(count: int) -> Iterator[bytes]:
        yield from (b'{"id":{"S":"%d%s"}}' % (n, b"x" * 900) for n in range(count))

    tracemalloc.start()
    try:
        full(tmp_path, many(20_000), compression=1)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000, "20 MB of items went through"


def test_the_sample_is_one_full_export_a_table(tmp_path: Path) -> None:
    write_sample_exports(tmp_path, API, "dev", "ap-northeast-1", 1000, 7)
    exports = find_exports(str(tmp_path), SOURCE)
    assert len(exports) == 16
    assert sum(export.items for export in exports) == 1000
    chain = chain_of(exports, f"ChatMessage-{API}-dev")
    read = [json.loads(raw) for file in chain.full.files for raw in items_of(file)]
    assert read == [one for model, one in generate(1000, 7) if model == "ChatMessage"]
    with pytest.raises(AskOperatorError, match="holds exports already"):
        write_sample_exports(tmp_path, API, "dev", "ap-northeast-1", 1000, 7)


def test_a_tiny_sample_has_an_export_of_every_table(tmp_path: Path) -> None:
    write_sample_exports(tmp_path, API, "dev", "ap-northeast-1", 3, 7)
    exports = find_exports(str(tmp_path), SOURCE)
    assert (len(exports), sum(export.items for export in exports)) == (16, 3)
