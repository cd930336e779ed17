"""What an export is, its manifests say; and nobody may have changed them unnoticed."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from migrate.errors import FixInputError
from migrate.rehearse.sample.export_writer import (
    Layout,
    WrittenChange,
    write_incremental_export,
)
from migrate.source.export import Export, find_exports, read_incremental_file, survey
from migrate.source.export.store import LocalStore
from tests.source.exports import SOURCE, TABLE, edit, full, hour, item, items_of, only


def incremental(folder: Path, start: int, **layout: Any) -> Path:
    change = WrittenChange({"id": {"S": str(start)}}, 1, new=item(start))
    return write_incremental_export(
        folder, TABLE, [change], from_time=hour(start), to_time=hour(start + 1),
        layout=Layout(files=1, **layout),
    )  # fmt: skip


def test_the_summary_is_read(tmp_path: Path) -> None:
    place = full(tmp_path, map(item, range(10)), files=3, empty_files=1)
    export = only(place)
    assert export.location == place.as_posix()
    assert (export.kind, export.view, export.from_time, export.to_time) == ("full", "", None, None)
    assert (export.table_name, export.table_arn, export.table_id) == (
        "T", TABLE.arn, TABLE.table_id,
    )  # fmt: skip
    assert export.arn == f"{TABLE.arn}/export/{place.name}"
    assert (export.export_time, export.items, len(export.files)) == (hour(10), 10, 4)
    assert export.billed_bytes > 0
    assert Export.from_json(json.loads(json.dumps(export.as_json()))) == export


def test_exports_are_found_from_every_folder_above(tmp_path: Path) -> None:
    prefixed = {"prefix": "a/b"}
    places = [full(tmp_path, [item(1)], at, **prefixed) for at in (8, 9)]
    places.append(incremental(tmp_path, 10, **prefixed))
    for location in (tmp_path, tmp_path / "a", places[0].parent):
        found = find_exports(f"{location}/", SOURCE)
        assert sorted(one.location for one in found) == sorted(map(str, places))


def test_data_folders_are_never_looked_into(tmp_path: Path) -> None:
    other = full(tmp_path / "other", [item(2)], 9)
    place = full(tmp_path / "bucket", [item(1)])
    shutil.copytree(other, place / "data" / other.name)
    (place / "data" / "stray.json.gz").write_bytes(b"junk")
    assert only(tmp_path / "bucket").location == str(place)


def test_incremental_exports_share_a_folder_and_do_not_mix(tmp_path: Path) -> None:
    places = [incremental(tmp_path, start) for start in (10, 11)]
    for start, place in zip((10, 11), places, strict=True):
        (file,) = only(place).files
        assert Path(file.location).parent == tmp_path / "AWSDynamoDB" / "data"
        (page,) = read_incremental_file(LocalStore(), file)
        assert [change.key for change in page.changes] == [{"id": {"S": str(start)}}]


@pytest.mark.parametrize("prefix", ["", "daily/2026"])
def test_an_export_copied_elsewhere_reads_its_own_files(tmp_path: Path, prefix: str) -> None:
    """The manifest still names the bucket and the prefix it was written to."""
    place = full(tmp_path / "from", map(item, range(5)), prefix=prefix)
    window = incremental(tmp_path / "from", 10, prefix=prefix)
    copied = tmp_path / "to" / "here"
    shutil.copytree(place.parent, copied)
    shutil.rmtree(tmp_path / "from")
    export = only(copied / place.name)
    assert sum(len(items_of(file)) for file in export.files) == 5
    (file,) = only(copied / window.name).files
    assert file.location == f"{copied}/data/{file.name}"


def test_a_location_relative_to_the_working_folder_is_made_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full(tmp_path, [item(1)])
    monkeypatch.chdir(tmp_path)
    assert Path(only("AWSDynamoDB").location).is_absolute()


@pytest.mark.parametrize("name", ["manifest-summary", "manifest-files"])
@pytest.mark.parametrize("ending", [".md5", ".checksum"])
def test_an_edited_manifest_is_refused_unless_accepted(
    tmp_path: Path, name: str, ending: str
) -> None:
    place = full(tmp_path, [item(1)], checksum_ending=ending)
    assert only(place).items == 1
    manifest = place / f"{name}.json"
    manifest.write_bytes(manifest.read_bytes() + b"\n")
    with pytest.raises(FixInputError, match=rf"{name}\.json was changed: its MD5 is") as raised:
        only(place)
    assert "accept edited manifests" in raised.value.hint
    assert only(place, accept_edited_manifest=True).items == 1


def test_a_missing_checksum_is_refused_unless_accepted(tmp_path: Path) -> None:
    place = full(tmp_path, [item(1)])
    (place / "manifest-files.md5").unlink()
    with pytest.raises(FixInputError, match=r"manifest-files\.json has no checksum beside it"):
        only(place)
    assert only(place, accept_edited_manifest=True).items == 1


@pytest.mark.parametrize(
    ("form", "accepted"),
    [
        ("{base64}", True),
        ("{base64}\n", True),
        ('"{base64}"', True),
        ("{hex}", True),
        ("{HEX}", True),
        ("{hex}  manifest-summary.json\n", True),
        ("", False),
        ("{hex}0", False),
        ("x{hex}", False),
        ("AAAAAAAAAAAAAAAAAAAAAA==", False),
        ("\xff\xfe", False),
    ],
)
def test_checksums_are_tolerant_in_form_and_strict_in_value(
    tmp_path: Path, form: str, accepted: bool
) -> None:
    place = full(tmp_path, [item(1)])
    summary = (place / "manifest-summary.json").read_bytes()
    digest = hashlib.md5(summary, usedforsecurity=False)
    written = form.format(
        base64=base64.b64encode(digest.digest()).decode(),
        hex=digest.hexdigest(),
        HEX=digest.hexdigest().upper(),
    )
    (place / "manifest-summary.md5").write_bytes(written.encode("latin-1"))
    if accepted:
        only(place)
    else:
        with pytest.raises(FixInputError, match="was changed"):
            only(place)


def test_ion_is_refused_by_name(tmp_path: Path) -> None:
    place = full(tmp_path, [item(1)])
    edit(place / "manifest-summary.json", lambda fields: fields.update(outputFormat="ION"))
    with pytest.raises(FixInputError, match=f"{place.name} is in ION") as raised:
        only(place)
    assert "DYNAMODB_JSON" in raised.value.hint


def test_an_unfinished_export_is_named(tmp_path: Path) -> None:
    place = full(tmp_path, [item(1)])
    (place / "manifest-summary.json").unlink()
    for location in (place, tmp_path):
        with pytest.raises(FixInputError, match=rf"{place.name} has no manifest-summary\.json"):
            find_exports(str(location), SOURCE)


def test_an_unfinished_export_beside_finished_ones_is_told(tmp_path: Path) -> None:
    finished, running = full(tmp_path, [item(1)], 9), full(tmp_path, [item(1)], 10)
    (running / "manifest-summary.json").unlink()
    assert [one.location for one in find_exports(str(tmp_path), SOURCE)] == [str(finished)]
    assert survey(str(tmp_path), SOURCE).unfinished == [str(running)]


def test_a_location_without_exports_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FixInputError, match="there is no export at or below"):
        find_exports(str(tmp_path), SOURCE)
    with pytest.raises(FixInputError, match="does not exist"):
        find_exports(str(tmp_path / "nowhere"), SOURCE)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"itemCount": 7}, "counts 7 items, its files 5"),
        ({"itemCount": "5"}, "has no itemCount"),
        ({"tableId": None}, "has no tableId"),
        ({"exportTime": "yesterday"}, "exportTime of .* is not an instant"),
        ({"exportType": "HALF_EXPORT"}, "unknown exportType 'HALF_EXPORT'"),
    ],
)
def test_a_summary_that_does_not_hold_is_refused(
    tmp_path: Path, changed: dict[str, Any], message: str
) -> None:
    place = full(tmp_path, map(item, range(5)))
    edit(place / "manifest-summary.json", lambda fields: fields.update(changed))
    with pytest.raises(FixInputError, match=message):
        only(place)


def test_an_export_of_before_2023_is_a_full_one(tmp_path: Path) -> None:
    place = full(tmp_path, [item(1)])
    edit(place / "manifest-summary.json", lambda fields: fields.pop("exportType"))
    assert only(place).kind == "full"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"md5Checksum": "AAAA"}, "md5Checksum of .* line 1 is not an MD5"),
        ({"md5Checksum": None}, "line 1 has no md5Checksum"),
        ({"dataFileS3Key": "a/.."}, "line 1 names no data file"),
        ({"itemCount": -1}, "line 1 has no itemCount"),
    ],
)
def test_a_line_of_the_files_that_does_not_hold_is_refused(
    tmp_path: Path, changed: dict[str, Any], message: str
) -> None:
    place = full(tmp_path, [item(1)], files=1)
    edit(place / "manifest-files.json", lambda fields: fields.update(changed))
    with pytest.raises(FixInputError, match=message):
        only(place)


def test_a_copy_of_an_export_counts_once(tmp_path: Path) -> None:
    place = full(tmp_path / "one", [item(1)])
    shutil.copytree(place, tmp_path / "two" / place.name)
    assert len(find_exports(str(tmp_path), SOURCE)) == 1
