"""Loading a full export and the windows behind it: what counts of each key, and its account."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from migrate.errors import FixInputError
from migrate.pipeline.finalise import finalise
from migrate.pipeline.load import load
from migrate.pipeline.retry import retry
from migrate.rehearse.sample.export_writer import WrittenChange
from tests.exported_world import TOO_LONG, ExportedWorld, gone, put, rewrite
from tests.small_world import PERSON, VISIT, SmallWorld, changed, notes, person, uid, visit

pytestmark = pytest.mark.usefixtures("inline")

_VISITS = [visit(11, of=1, notes=notes({"body": "x", "author": uid(2)})), visit(12, of=99)]
_PERSON_ROWS = "select id::text, code, badge, name, age from app.persons order by id"


def test_a_chain_shows_each_item_as_its_newest_image(files: ExportedWorld) -> None:
    job = files.two_windows()
    files.load_and_check(job)
    files.check_account(job)
    codes = {id_[24:].lstrip("0"): code for id_, code, *_ in files.rows(_PERSON_ROWS)}
    assert codes == {
        "1": "newest", "4": "good again", "5": "back", "7": "old 7", "8": "new",
    }  # fmt: skip
    assert files.rejects() == [
        ("Person", "3", "too-long", ""),
        ("Person", "6", "unknown-attribute", ""),
        ("Visit", "23", "orphan", ""),
        ("Visit", "26", "orphan", ""),
    ]
    account = files.account()
    # Persons 1 to 6 and visits 22 and 27 are named by a window.
    assert (account["Person"].superseded, account["Visit"].superseded) == (6, 2)
    assert (account["Person"].read, account["Person"].tombstones) == (8, 1)


def test_a_retry_after_a_chain_sees_the_newest_images(files: ExportedWorld) -> None:
    job = files.two_windows()
    files.load_and_check(job)
    before = files.rejects()
    assert retry(job).refused == 4
    assert files.rejects() == before
    files.check(job)


def test_the_order_of_a_windows_files_does_not_count(files: ExportedWorld) -> None:
    """Of one window's changes of a key the later write counts, wherever it stands."""
    files.full("Person", [person(1, code="old")])
    files.full("Visit", [])
    files.window(
        "Person",
        [put(person(1, code="late"), 2_000_000), put(person(1, code="early"), 1_999_999)],
        10,
        11,
    )
    job = files.exported()
    files.load_and_check(job)
    assert [row[1] for row in files.rows(_PERSON_ROWS)] == ["late"]


@pytest.mark.parametrize("seed", range(6))
def test_any_chain_is_loaded_like_a_full_export_of_its_end(
    files: ExportedWorld, tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)
    state = {n: _any_person(dice, n) for n in range(dice.randint(0, 12))}
    files.full("Person", list(state.values()), files=dice.randint(1, 3))
    for window in range(dice.randint(1, 3)):
        changes: dict[int, WrittenChange] = {}
        for number in dice.sample(range(16), dice.randint(0, 10)):
            if dice.random() < 0.4:
                state.pop(number, None)
                changes[number] = gone(number, dice.randint(0, 9))
            else:
                state[number] = _any_person(dice, number)
                changes[number] = put(state[number], dice.randint(0, 9))
        files.window("Person", list(changes.values()), 10 + window, 11 + window)
    files.full("Visit", _VISITS)
    job = files.exported(unit_bytes_max=dice.choice([1, 300, 10**6]))
    files.load_and_check(job)
    files.check_account(job)
    found = files.rows(_PERSON_ROWS), files.rejects()
    whole = ExportedWorld(files.url, tmp_path / "whole")
    whole.full("Person", list(state.values()))
    whole.full("Visit", _VISITS)
    again = whole.exported()
    load(again, again=True)
    finalise(again)
    assert (whole.rows(_PERSON_ROWS), whole.rejects()) == found


def _any_person(dice: random.Random, number: int) -> dict[str, Any]:
    kinds: list[dict[str, Any]] = [
        {"code": f"code {dice.randint(0, 30)}"},
        {"code": TOO_LONG},
        {"_deleted": True},
        {"kind": "TEST"},
        {"strange": "x"},
        {"age": dice.randint(0, 99), "name": {"NULL": True}},
    ]
    return person(number, **dice.choice(kinds))


def test_a_line_that_is_no_change_stops_the_load(files: ExportedWorld) -> None:
    files.full("Person", [person(1)])
    files.full("Visit", [])
    place = files.window("Person", [put(person(1)), gone(2)], 10, 11, files=1)
    rewrite(place, 0, lambda lines: [lines[0], b'{"Metadata":{}}'])
    with pytest.raises(FixInputError, match=r"\.json\.gz:2 is no change of an incremental export"):
        load(files.exported())


def test_a_gap_between_windows_is_named(files: ExportedWorld) -> None:
    files.full("Person", [person(1)])
    files.full("Visit", [])
    files.window("Person", [], 10, 11)
    files.window("Person", [], 12, 13)
    with pytest.raises(FixInputError, match=r"a gap in the exports of Person.*11:00.*12:00"):
        files.exported()


def test_kept_constraints_hold_while_files_are_loaded(files: ExportedWorld) -> None:
    """Persons come before the visits that refer to them, images and all."""
    plain = changed(VISIT, children=[])
    files.full("Visit", [visit(11, of=1), visit(12, of=2)])
    files.window("Visit", [put(visit(11, of=3))], 10, 11)
    files.full("Person", [person(1), person(2)])
    files.window("Person", [gone(1), put(person(3))], 10, 11)
    job = files.exported(plain, PERSON, constraints="keep")
    files.load_and_check(job)
    files.check_account(job)
    assert files.numbers("app.visits") == ["11", "12"]


def test_a_chain_in_a_bucket_is_loaded_as_from_a_folder(world: SmallWorld, tmp_path: Path) -> None:
    files = ExportedWorld(world.url, tmp_path, world.source)
    files.two_windows()
    job = files.exported(location=files.upload())
    files.load_and_check(job)
    assert files.account()["Person"].superseded == 6
    assert retry(job).refused == 4
