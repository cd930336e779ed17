"""A fault in the target is found by `migrate validate`: table, key and column, exit code 1."""

from __future__ import annotations

from typing import Any

import pytest

from migrate.pipeline.finalise import finalise
from migrate.pipeline.load import load
from tests.cli.conftest import CommandLine
from tests.small_world import SmallWorld, notes, person, uid, visit

pytestmark = pytest.mark.usefixtures("inline")

# By statement, what is found of it: kind, table, last digits of the key, columns.
FAULTS: dict[str, list[tuple[str, str, str, list[str]]]] = {
    # a row is deleted
    f"delete from app.persons where id = '{uid(3)}'": [("missing", "app.persons", "3", [])],
    # one digit is changed
    f"update app.persons set age = 31 where id = '{uid(1)}'": [
        ("different", "app.persons", "1", ["age"])
    ],
    # a value is gone
    f"update app.persons set name = null where id = '{uid(2)}'": [
        ("different", "app.persons", "2", ["name"])
    ],
    # a row that no item makes
    f"insert into app.persons (id) values ('{uid(9)}')": [("extra", "app.persons", "9", [])],
    # two patients' links are swapped
    f"update app.visits set person_id = case id when '{uid(11)}'::uuid then '{uid(2)}'::uuid"
    f" else '{uid(1)}' end where id in ('{uid(11)}', '{uid(12)}')": [
        ("different", "app.visits", "11", ["person_id"]),
        ("different", "app.visits", "12", ["person_id"]),
    ],
    # a child row is lost
    f"delete from app.visit_notes where visit_id = '{uid(11)}' and number = 2": [
        ("missing", "app.visit_notes", "11", [])
    ],
    # two children are swapped
    "update app.visit_notes set body = case number when 1 then 'y' else 'x' end"
    f" where visit_id = '{uid(13)}'": [
        ("different", "app.visit_notes", "13", ["body"]),
        ("different", "app.visit_notes", "13", ["body"]),
    ],
}


def test_every_fault_is_reported_by_table_key_and_column(
    run: CommandLine, world: SmallWorld
) -> None:
    filled(world)
    for statement in FAULTS:
        world.sql(statement)
    expected = sorted(one for found in FAULTS.values() for one in found)
    result = run("validate", "--no-suites", "--json")
    found = result.json
    assert (result.code, found["verdict"], found["passed"]) == (1, "different", False)
    assert sorted(shortened(one) for one in found["differences"]) == expected
    for kind in ("missing", "extra", "different"):
        counted = sum(table[kind] for table in found["reconciliation"])
        assert counted == sum(1 for one in expected if one[0] == kind)
    plain = run("validate", "--no-suites")
    assert plain.code == 1
    for kind, table, digits, columns in expected:
        assert f"{kind} {table} (" in plain.stdout
        assert uid(digits) in plain.stdout
        assert all(f"{column}: expected" in plain.stdout for column in columns)
    assert "person 2" not in plain.printed, "personal values are masked"


def test_an_account_that_was_edited_is_told_apart(run: CommandLine, world: SmallWorld) -> None:
    filled(world)
    world.sql("delete from migrate.rejects")
    result = run("validate", "--no-suites", "--json")
    assert (result.code, result.json["verdict"]) == (1, "different")
    assert "the ledger holds no reject" in result.json["differences"][0]["note"]
    world.sql(
        "update migrate.units set read = read + 1, loaded = loaded + 1 where model = 'Person'"
    )
    found = run("validate", "--no-suites", "--json").json
    assert not found["accounting"][0]["balanced"]
    assert found["accounting"][0]["reasons"]


def test_constraints_that_are_off_leave_the_verdict_open(
    run: CommandLine, world: SmallWorld
) -> None:
    filled(world, finalised=False)
    result = run("validate", "--no-suites", "--json")
    assert (result.code, result.json["verdict"]) == (1, "unfinished")
    assert "foreign key visits_person_id_fkey of app.visits is off" in result.json["unfinished"]


def filled(world: SmallWorld, *, finalised: bool = True) -> None:
    world.put(
        "Person",
        person(1, age=30, code="a"),
        person(2, age=40, code="b"),
        person(3),
        person(4, code="x" * 21),
    )
    entries = notes({"body": "x"}, {"body": "y"})
    world.put("Visit", visit(11, of=1, notes=entries), visit(12, of=2))
    world.put("Visit", visit(13, of=2, notes=entries))
    job = world.job()
    load(job)
    if finalised:
        finalise(job)


def shortened(difference: dict[str, Any]) -> tuple[str, str, str, list[str]]:
    key = difference["key"].get("id") or difference["key"]["visit_id"]
    columns = [one["column"] for one in difference["columns"]]
    return difference["kind"], difference["table"], key[24:].lstrip("0"), columns
