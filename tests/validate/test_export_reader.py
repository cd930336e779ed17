"""The verifier's own reading of exports: the items of the snapshot that a chain describes."""

from __future__ import annotations

import gzip
import json
import pickle
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from migrate import aws
from migrate.errors import FixInputError
from migrate.validate.export import store
from migrate.validate.export.reader import ExportReader
from migrate.validate.reader import BrokenLine, Item, Part
from tests.validate import exports
from tests.validate.exports import (
    deleted,
    description,
    edit_summary,
    item_line,
    put,
    write_full,
    write_incremental,
)

NOON = "2026-05-01T12:00:00.000Z"
EVENING = "2026-05-01T18:00:00.000Z"


def no_client() -> Any:
    raise AssertionError("a folder needs no client")


def thing(last: str, text: str = "x") -> dict[str, Any]:
    return {"id": {"S": last}, "text": {"S": text}}


def read(chain: dict[str, Any], parts: int = 1, client: Any = no_client) -> list[Item]:
    reader: ExportReader = pickle.loads(pickle.dumps(ExportReader({"Thing": chain}, client)))
    with reader.opened() as opened:
        return [
            item
            for number in range(parts)
            for page in opened.pages(Part("Thing", number, parts))
            for item in page
        ]


def shown(items: list[Item]) -> list[str]:
    """Key and text of each item, sorted."""
    found = [f"{one['id']['S']}={one['text']['S']}" for one in items if isinstance(one, dict)]
    assert len(found) == len(items)
    return sorted(found)


def lines(*items: dict[str, Any]) -> list[bytes]:
    return [item_line(item) for item in items]


@pytest.fixture
def chain(tmp_path: Path) -> dict[str, Any]:
    """a stays, b changes twice, c is deleted, d is new, e is deleted and comes back, f is new and
    deleted again."""
    full = write_full(
        tmp_path, "01-full", [lines(thing("a"), thing("b")), [], lines(thing("c"), thing("e"))]
    )
    first = write_incremental(
        tmp_path,
        "02-first",
        [
            [put(thing("b", "noon"), 20, old=thing("b")), put(thing("d"), 21)],
            [deleted({"S": "c"}, 22), deleted({"S": "e"}, 23), put(thing("f"), 24)],
        ],
        start="2026-05-01T00:00:00.000Z",
        end=NOON,
    )
    second = write_incremental(
        tmp_path,
        "03-second",
        [[put(thing("e", "again"), 41), put(thing("b", "evening"), 40), deleted({"S": "f"}, 42)]],
        start=NOON,
        end=EVENING,
    )
    return description(full, first, second)


@pytest.mark.parametrize("parts", [1, 2, 3, 8])
def test_snapshot_of_a_chain_is_read_once_whatever_the_parts(
    chain: dict[str, Any], parts: int
) -> None:
    assert shown(read(chain, parts)) == ["a=x", "b=evening", "d=x", "e=again"]


def test_full_export_alone_and_each_length_of_the_chain(chain: dict[str, Any]) -> None:
    chain["incrementals"].pop()
    assert shown(read(chain)) == ["a=x", "b=noon", "d=x", "f=x"]
    chain["incrementals"].clear()
    assert shown(read(chain)) == ["a=x", "b=x", "c=x", "e=x"]


def test_order_of_the_chain_counts_before_the_time_of_a_write(tmp_path: Path) -> None:
    full = write_full(tmp_path, "01-full", [])
    one = [[put(thing("a", "late"), 9), put(thing("a", "early"), 7)]]
    # Begins before the full export's time: both know the changes in between.
    first = write_incremental(tmp_path, "02", one, start="2026-04-30T23:00:00Z", end=NOON)
    assert shown(read(description(full, first))) == ["a=late"]
    two = [[put(thing("a", "last"), 8)]]
    second = write_incremental(tmp_path, "03", two, start=NOON, end=EVENING)
    assert shown(read(description(full, first, second))) == ["a=last"]


def test_time_of_a_write_as_a_bare_number(tmp_path: Path) -> None:
    full = write_full(tmp_path, "01-full", [])
    bare = json.loads(put(thing("a", "new"), 0)) | {"Metadata": {"WriteTimestampMicros": 12}}
    newest = [put(thing("a", "old"), 11), json.dumps(bare).encode()]
    window = {"start": "2026-05-01T00:00:00Z", "end": NOON}
    first = write_incremental(tmp_path, "02", [newest], **window)
    assert shown(read(description(full, first))) == ["a=new"]


def test_keys_of_several_attributes_are_compared_whole(tmp_path: Path) -> None:
    def event(device: str, at: str) -> dict[str, Any]:
        return {"device": {"B": device}, "at": {"N": at}, "id": {"S": "x"}}

    full = write_full(tmp_path, "01-full", [lines(event("AA==", "1"), event("AA==", "2"))])
    change = json.loads(deleted({"S": "x"}, 5))
    change["Keys"] = {"at": {"N": "2"}, "device": {"B": "AA=="}}
    window = {"start": "2026-05-01T00:00:00Z", "end": NOON}
    first = write_incremental(tmp_path, "02", [[json.dumps(change).encode()]], **window)
    assert read(description(full, first)) == [
        {"device": {"B": b"\0"}, "at": {"N": "1"}, "id": {"S": "x"}}
    ]


def test_binary_values_are_bytes_at_any_depth(tmp_path: Path) -> None:
    item = {
        "id": {"S": "B"},
        "B": {"B": "AP8="},
        "set": {"BS": ["AA==", "/w=="]},
        "map": {"M": {"B": {"B": ""}, "list": {"L": [{"B": "AQ=="}, {"S": "AQ=="}]}}},
        "other": {"SS": ["AQ=="]},
        "broken": {"B": "no base64"},
    }
    full = write_full(tmp_path, "01-full", [lines(item)])
    assert read(description(full)) == [
        {
            "id": {"S": "B"},
            "B": {"B": b"\x00\xff"},
            "set": {"BS": [b"\0", b"\xff"]},
            "map": {"M": {"B": {"B": b""}, "list": {"L": [{"B": b"\1"}, {"S": "AQ=="}]}}},
            "other": {"SS": ["AQ=="]},
            "broken": {"B": "no base64"},
        }
    ]


def test_lines_end_at_line_feeds_only(tmp_path: Path) -> None:
    text = "one\u2028two\u0085three\u001cfour"
    full = write_full(tmp_path, "01-full", [[item_line(thing("a", text))]])
    assert shown(read(description(full))) == [f"a={text}"]


def test_lines_that_hold_no_item_are_given_by_their_place(tmp_path: Path) -> None:
    bad = [
        item_line(thing("a")),
        b'"just a string"',
        b'{"NotItem":{}}',
        b'{"Item":{"id":{"S":"b"}},"Other":1}',
        b'{"Item":7}',
        b'{"Item":{"id":{"N":NaN}}}',
        b'{"Item":{"id":{"S":"\xff"}}}',
        b"\xef\xbb\xbf" + item_line(thing("c")),
        b"[" * 100_000,
        b"",
        b'{"Item":{"id":{"S":"cut of',
    ]
    full = write_full(tmp_path, "01-full", [[], bad])
    found = read(description(full))
    assert found[0] == thing("a")
    assert found[1:] == [BrokenLine("01-full-1.json.gz", line) for line in range(2, 12)]


def test_broken_line_stays_in_a_chain(chain: dict[str, Any], tmp_path: Path) -> None:
    full = write_full(tmp_path, "09-full", [[item_line(thing("b")), b"{}"]])
    chain["full"]["location"] = str(full)
    assert BrokenLine("09-full-0.json.gz", 2) in read(chain)


@pytest.mark.parametrize(
    "line",
    [
        b"cut of",
        b'{"Keys":{"id":{"S":"a"}}}',
        b'{"Metadata":{"WriteTimestampMicros":{"N":"7"}}}',
        b'{"Metadata":{"WriteTimestampMicros":{"N":"x"}},"Keys":{"id":{"S":"a"}}}',
        b'{"Metadata":{"WriteTimestampMicros":{"N":"7"}},"Keys":{"id":{"S":"a"}},"NewImage":"x"}',
        b'{"Metadata":{"WriteTimestampMicros":{"N":"7"}},"Keys":{"other":{"S":"a"}}}',
    ],
)
def test_line_that_is_no_change_leaves_the_state_unknown(tmp_path: Path, line: bytes) -> None:
    full = write_full(tmp_path, "01-full", [])
    window = {"start": "2026-05-01T00:00:00Z", "end": NOON}
    first = write_incremental(tmp_path, "02", [[put(thing("a"), 1), line]], **window)
    with pytest.raises(FixInputError, match=r"line 2 of .*02-0\.json\.gz is not a change"):
        read(description(full, first))


def test_copy_under_another_prefix_or_name_is_read_beside_its_manifest(
    chain: dict[str, Any], tmp_path: Path
) -> None:
    copied = tmp_path / "copies"
    shutil.move(tmp_path / exports.PREFIX / "AWSDynamoDB", copied)
    names = ["01-full", "02-first", "03-second"]
    moved = description(*(copied / name for name in names))
    assert shown(read(moved)) == ["a=x", "b=evening", "d=x", "e=again"]
    (copied / "01-full").rename(copied / "renamed")
    moved["full"]["location"] = f"{copied}/renamed/"
    assert shown(read(moved)) == ["a=x", "b=evening", "d=x", "e=again"]


def test_file_without_a_byte_and_files_without_gzip_are_read(tmp_path: Path) -> None:
    full = write_full(tmp_path, "01-full", [])
    contents = {"empty.json.gz": b"", "plain.json.gz": item_line(thing("a")),
                "two.json": gzip.compress(item_line(thing("b"))[:9])
                + gzip.compress(item_line(thing("b"))[9:])}  # fmt: skip
    entries = []
    for name, content in contents.items():
        (full / "data" / name).write_bytes(content)
        entries.append(json.dumps(exports.entry(f"other/data/{name}", content, len(content) and 1)))
    (full / "manifest-files.json").write_text("\n".join(entries))
    edit_summary(full, itemCount=2)
    assert shown(read(description(full))) == ["a=x", "b=x"]


def test_file_that_was_left_behind_by_another_export_is_not_read(chain: dict[str, Any]) -> None:
    folder = Path(chain["full"]["location"])
    (folder / "data" / "stray.json.gz").write_bytes(exports.packed(lines(thing("z"))))
    (folder.parent / "data" / "stray.json.gz").write_bytes(exports.packed([put(thing("z"), 99)]))
    assert shown(read(chain)) == ["a=x", "b=evening", "d=x", "e=again"]


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-9])


def _lost_line(file: Path) -> None:
    file.write_bytes(exports.packed(lines(thing("a"))))


def _other_content(file: Path) -> None:
    file.write_bytes(exports.packed(lines(thing("a"), thing("b", "y"))))


def _no_gzip(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"garbage")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_cut, "is damaged or cut off"),
        (_no_gzip, "is damaged or cut off"),
        (_lost_line, "holds 1 lines, its manifest says 2"),
        (_other_content, "has the MD5 [0-9a-f]{32}, its manifest says"),
        (Path.unlink, "does not exist"),
    ],
)
def test_damaged_file_is_told(chain: dict[str, Any], damage: Any, message: str) -> None:
    damage(Path(chain["full"]["location"]) / "data" / "01-full-0.json.gz")
    with pytest.raises(FixInputError, match=rf"01-full-0\.json\.gz {message}"):
        read(chain)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"itemCount": 5}, "its files hold 4 items, its summary says 5"),
        ({"outputFormat": "ION"}, "is in the format ION"),
        ({"exportType": "INCREMENTAL_EXPORT"}, "is a INCREMENTAL_EXPORT, not a FULL_EXPORT"),
        ({"tableId": "another"}, "are of different tables"),
        ({"exportTime": "2026-04-30T00:00:00Z"}, r"ends at 2026-04-30.* starts at 2026-05-01"),
        ({"exportTime": None}, "tell no times"),
        ({"itemCount": None}, "lack what they must hold"),
    ],
)
def test_manifest_that_does_not_fit_is_told(
    chain: dict[str, Any], fields: dict[str, Any], message: str
) -> None:
    edit_summary(Path(chain["full"]["location"]), **fields)
    with pytest.raises(FixInputError, match=message):
        read(chain)


def test_windows_must_follow_each_other(chain: dict[str, Any]) -> None:
    chain["incrementals"].pop(0)
    with pytest.raises(FixInputError, match=r"01-full ends at .*03-second starts at"):
        read(chain)
    with pytest.raises(FixInputError, match=r"manifest-summary\.json does not exist"):
        read(description("/nowhere/AWSDynamoDB/01"))


@pytest.mark.parametrize("range_bytes", [8_000_000, 60])
def test_bucket_is_read_like_a_folder(
    chain: dict[str, Any],
    tmp_path: Path,
    dynamodb_endpoint: str,
    monkeypatch: pytest.MonkeyPatch,
    range_bytes: int,
) -> None:
    monkeypatch.setattr(store, "_RANGE_BYTES", range_bytes)
    make = partial(aws.client, "s3", aws.Source("ap-northeast-1", dynamodb_endpoint))
    client = make()
    client.create_bucket(
        Bucket=exports.BUCKET,
        CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"},
    )
    for path in (tmp_path / exports.PREFIX).rglob("*.json*"):
        for key in (path.relative_to(tmp_path), Path("copy", path.parent.name, path.name)):
            if "data" not in key.parts or key.parts[0] != "copy":
                client.put_object(Bucket=exports.BUCKET, Key=str(key), Body=path.read_bytes())
    client.close()
    base = f"s3://{exports.BUCKET}/{exports.PREFIX}/AWSDynamoDB"
    names = ["01-full", "02-first", "03-second"]
    there = description(*(f"{base}/{name}" for name in names))
    assert shown(read(there, 2, make)) == ["a=x", "b=evening", "d=x", "e=again"]

    # The manifests alone were copied: their files are looked for beside them, not at the old place.
    alone = description(f"s3://{exports.BUCKET}/copy/01-full")
    with pytest.raises(FixInputError, match=r"s3://exports/copy/01-full/data/.* does not exist"):
        read(alone, 1, make)


def test_bucket_that_does_not_exist_is_told(dynamodb_endpoint: str) -> None:
    make = partial(aws.client, "s3", aws.Source("ap-northeast-1", dynamodb_endpoint))
    with pytest.raises(FixInputError, match=r"s3://nobody/x/manifest-summary\.json does not exist"):
        read(description("s3://nobody/x/"), 1, make)
