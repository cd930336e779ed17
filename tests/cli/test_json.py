"""What --json prints: one object with the fields that others rely on, and nothing beside it."""

from __future__ import annotations

import pytest

from tests.cli.conftest import CommandLine
from tests.small_world import SmallWorld, notes, person, visit

pytestmark = pytest.mark.usefixtures("inline")

LOAD = {
    "run_id": str, "items": int, "rows": int, "tombstones": int, "filtered": int, "rejected": int,
    "seconds": float, "items_per_second": float, "megabytes_per_second": float,
    "read_units": float, "read_units_estimate": int, "cost": type(None),
    "cost_estimate": type(None), "client_cpu_seconds": float, "peak_rss_megabytes": float,
    "superseded": int, "throttles": int, "units": int, "resumed_units": int, "balanced": bool,
}  # fmt: skip


def test_every_command_prints_one_object(run: CommandLine, world: SmallWorld) -> None:
    world.put("Person", person(1), person(2, code="x" * 21), person(3, _deleted=True))
    world.put("Visit", visit(11, of=1, notes=notes({"body": "a"}, {"body": {"N": "1"}})))
    plan = run("plan", "--json")
    assert plan.code == 0
    assert plan.json["items_estimate"] == 4
    loaded = run("load", "--json")
    assert {name: type(value) for name, value in loaded.json.items()} == LOAD
    assert (loaded.json["items"], loaded.json["rows"], loaded.json["rejected"]) == (4, 3, 1)
    finalised = run("finalise", "--json").json
    assert finalised == {
        "run_id": loaded.json["run_id"],
        "attached": 6,
        "rejected": 0,
        "foreign_keys": True,
    }
    check_status(run, loaded.json["run_id"])
    check_rejects(run)
    validated = run("validate", "--no-suites", "--json")
    assert validated.code == 0
    check_validation(validated.json)
    retried = run("rejects", "--json", "--rule", "too-long", "retry").json
    assert (retried["tried"], retried["refused"]) == (1, 1)
    assert run("lint", "--json").json["models"] == ["Person", "Visit"]


def check_status(run: CommandLine, run_id: str) -> None:
    status = run("status", "--json").json
    assert (status["run_id"], status["state"], status["parts_left"]) == (run_id, "finalised", 0)
    assert status["rejects_open"] == 2
    person_row, visit_row = status["accounting"]
    assert (person_row["model"], person_row["read"], person_row["tombstones"]) == ("Person", 3, 1)
    assert visit_row["lists"]["notes"]["rejected"] == 1
    assert person_row["balanced"]
    assert visit_row["lists"]["notes"]["balanced"]


def check_rejects(run: CommandLine) -> None:
    found = run("rejects", "--json").json
    assert found["open"] == 2
    assert {(one["model"], one["rule"], one["count"]) for one in found["rules"]} == {
        ("Person", "too-long", 1),
        ("Visit", "type-mismatch", 1),
    }
    assert {(one["list"], one["place"]) for one in found["rejects"]} == {(None, None), ("notes", 1)}
    assert run("rejects", "--json", "--model", "Person").json["open"] == 1


def check_validation(found: dict[str, object]) -> None:
    assert (found["verdict"], found["passed"], found["differences"]) == ("equal", True, [])
    assert found["reconciliation"] == [
        {"table": table, "compared": 1, "missing": 0, "extra": 0, "different": 0}
        for table in ("app.persons", "app.visit_notes", "app.visits")
    ]
    assert found["accounting"] == [
        {"model": "Person", "read": 3, "loaded": 1, "tombstones": 1, "filtered": 0, "rejected": 1,
         "balanced": True, "reasons": []},
        {"model": "Visit", "read": 1, "loaded": 1, "tombstones": 0, "filtered": 0, "rejected": 0,
         "balanced": True, "reasons": []},
    ]  # fmt: skip
    assert found["children"] == [
        {"model": "Visit", "list": "notes", "read": 2, "rows": 1, "filtered": 0, "rejected": 1,
         "balanced": True, "reasons": []},
    ]  # fmt: skip


def test_without_json_people_read_the_same_numbers(run: CommandLine, world: SmallWorld) -> None:
    world.put("Person", person(1), person(2, code="x" * 21))
    assert "2 tables to create" not in run("plan").stdout
    loaded = run("load")
    assert "2 items read, 1 rows, 0 tombstones, 0 filtered, 1 rejects (balanced)" in loaded.stdout
    assert "see `migrate rejects`; next: `migrate finalise`" in loaded.stdout
    assert "6 constraints and indexes put back, 0 items moved" in run("finalise").stdout
    assert "Person  too-long  app.persons.code" in run("rejects").stdout
    assert "too-long" in run("rejects", "--keys").stdout
    assert "verdict equal" in run("validate", "--no-suites").stdout
    assert "state finalised" in run("status").stdout
