"""Loading full exports: every line is accounted for, and later commands read the same files."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.errors import AskOperatorError, FixInputError
from migrate.pipeline.finalise import finalise
from migrate.pipeline.job import Job
from migrate.pipeline.load import can_go_on, load
from migrate.pipeline.retry import retry
from tests.exported_world import TOO_LONG, ExportedWorld, rewrite
from tests.small_world import SmallWorld, notes, person, uid, visit

pytestmark = pytest.mark.usefixtures("inline")

MIXED = [
    person(1, code="a", age=30),
    person(2, code="b", _deleted=True),
    person(3, code="c", kind="TEST"),
    person(4, code=TOO_LONG),
    person(5, code="twice"),
    person(6, code="twice"),
]
VISITS = [
    visit(11, of=1, notes=notes({"body": "x"}, {"body": {"N": "1"}})),
    visit(12, of=9),
    visit(13, of=1, notes=notes({"body": "y", "author": uid(4)})),
]
REJECTED = [
    ("Person", "4", "too-long", ""),
    ("Person", "5", "duplicate", ""),
    ("Person", "6", "duplicate", ""),
    ("Visit", "11", "type-mismatch", "1"),
    ("Visit", "12", "orphan", ""),
    ("Visit", "13", "orphan", "0"),
]


def _mixed(world: ExportedWorld) -> Job:
    world.full("Person", MIXED, files=3)
    world.full("Visit", VISITS)
    return world.exported()


def test_every_item_of_a_full_export_is_accounted_for(files: ExportedWorld) -> None:
    job = _mixed(files)
    result = load(job)
    counts = (result.items, result.tombstones, result.filtered, result.rejected, result.superseded)
    assert counts == (9, 1, 1, 1, 0)
    assert (result.read_units, result.read_units_estimate) == (0, 0)
    finalise(job)
    files.check(job)
    files.check_account(job)
    assert files.rejects() == REJECTED


def test_a_retry_reads_the_export_again_and_changes_nothing(files: ExportedWorld) -> None:
    job = _mixed(files)
    files.load_and_check(job)
    result = retry(job)
    assert (result.tried, result.loaded, result.refused, result.superseded) == (6, 0, 6, 0)
    assert files.rejects() == REJECTED
    files.check(job)


def test_later_commands_read_what_was_loaded_whatever_is_named_now(files: ExportedWorld) -> None:
    job = _mixed(files)
    load(job)
    tables = files.job()
    finalise(tables)
    files.check(tables)
    assert retry(tables).refused == 6


def test_an_export_without_items_makes_an_empty_table(files: ExportedWorld) -> None:
    files.full("Person", [])
    files.full("Visit", [], files=0)
    job = files.exported()
    assert load(job).items == 0
    finalise(job)
    files.check(job)


def test_a_line_that_is_no_item_is_a_reject_that_says_where(files: ExportedWorld) -> None:
    place = files.full("Person", [person(1), person(2), person(3)], files=1)
    files.full("Visit", [])
    rewrite(place, 0, lambda lines: [lines[0], b'{"Item":{"id":', lines[2]])
    job = files.exported()
    files.load_and_check(job)
    [(rule, key, cause)] = files.rows("select rule, item_key, cause from migrate.rejects")
    name, _, line = cause.rpartition(":")
    assert (rule, key, line, name.endswith(".json.gz")) == ("unparsable", "{}", "2", True)
    assert files.numbers("app.persons") == ["1", "3"]
    assert retry(job).tried == 0
    files.check(job)


def test_a_damaged_file_is_never_loaded_whole(files: ExportedWorld) -> None:
    place = files.full("Person", [person(n) for n in range(9)], files=1)
    files.full("Visit", [])
    job = files.exported()
    path = max((place / "data").iterdir(), key=lambda one: one.stat().st_size)
    whole = path.read_bytes()
    path.write_bytes(whole[:-4])
    with pytest.raises(FixInputError, match="ends too early"):
        load(job)
    path.write_bytes(whole)
    assert load(job).items == 9


def test_every_table_without_an_export_is_named(files: ExportedWorld) -> None:
    files.window("Person", [], 10, 11)
    with pytest.raises(FixInputError, match=r"no full export of Person-\S+, Visit-"):
        files.exported()


def test_an_export_of_another_table_of_that_name_is_refused(
    world: SmallWorld, tmp_path: Path
) -> None:
    files = ExportedWorld(world.url, tmp_path, world.source)
    files.full("Person", [person(1)])
    files.full("Visit", [])
    with pytest.raises(FixInputError, match="another table than today's Person") as caught:
        load(files.exported(offline=False))
    assert "--offline" in caught.value.hint
    assert load(files.exported()).items == 1


def test_other_exports_are_no_continuation(files: ExportedWorld) -> None:
    job = _mixed(files)
    load(job)
    assert can_go_on(job)
    files.full("Person", MIXED, at=20)
    newer = files.exported()
    assert not can_go_on(newer)
    with pytest.raises(AskOperatorError, match="other mappings or other source tables"):
        load(newer)
    assert load(newer, again=True).items == 9
