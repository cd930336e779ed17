"""What a load takes, as people read it: before, after, and when it is too much."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cli.conftest import CommandLine
from tests.small_world import SmallWorld, person
from tests.source.scripted_dynamodb import failure, scripted

pytestmark = pytest.mark.usefixtures("inline")

COSTS = {"currency": "JPY", "per_million_read_units": 37.5, "per_exported_gigabyte": 17.0}


@pytest.fixture
def script(run: CommandLine, world: SmallWorld, no_pauses: None) -> Iterator[Any]:
    """Three persons, on pages of one item and 1,000 read units."""
    world.put("Person", *(person(n) for n in range(3)))
    with scripted(str(world.source.endpoint)) as script:
        script.page_items_max = 1
        script.read_units_a_page = 1000
        run.project.use(world, script.url)
        yield script


def test_a_plan_says_what_a_load_takes(run: CommandLine, script: Any) -> None:
    run.project.profile()
    plain = run("plan")
    assert plain.code == 0
    assert "scanning takes about 1 read units\n" in plain.stdout
    assert "exporting to S3 is charged for 0.000 GB, and takes no read units" in plain.stdout
    assert "refused" not in plain.stdout
    run.project.profile(load={"read_units_per_second": 50}, costs=COSTS)
    priced = run("plan").stdout
    assert "about 1 read units, 0 JPY, less than a minute at 50 read units/s" in priced
    found = run("plan", "--json").json
    assert found["refused"] is None
    assert found["estimate"]["currency"] == "JPY"
    assert found["estimate"]["read_units"] == found["read_units_estimate"] == 1


def test_a_cap_refuses_a_start_and_a_plan_says_so(run: CommandLine, script: Any) -> None:
    run.project.profile(load={"read_units_max": 0})
    plan = run("plan")
    assert plan.code == 1
    assert "a load would be refused: the load would take about 1 read units" in plan.stdout
    refused = run("plan", "--json")
    assert refused.code == 1
    assert "load.read_units_max" in refused.json["refused"]
    load = run("load")
    assert (load.code, load.stdout) == (1, "")
    assert "the profile allows 0 (load.read_units_max)" in load.stderr
    run.project.profile(costs={"max": 5})
    assert "write costs.per_million_read_units" in run("load").stderr


def test_a_load_and_its_status_say_what_it_took_beside_the_estimate(
    run: CommandLine, script: Any
) -> None:
    run.project.profile(
        load={"read_units_per_second": 10**6, "segments": 1, "workers": 1}, costs=COSTS
    )
    faults = [failure(400, "ThrottlingException")]
    script.rule = lambda operation, request: (
        faults.pop() if operation == "Scan" and "ExclusiveStartKey" in request and faults else None
    )
    loaded = run("load")
    units = 1000 * script.scans
    cost = f"{units * 37.5 / 1e6:g} JPY"
    spent = f"{units:,} read units (expected 1), {cost} (expected 0 JPY)"
    assert f"{spent}; throttled 1 times\n" in loaded.stdout
    assert "note: DynamoDB throttles (ThrottlingException, 1 time): reading at" in loaded.stderr
    status = run("status")
    assert f"{spent}\nthrottled 1 times (ThrottlingException)\n" in status.stdout
    found = run("status", "--json").json
    assert (found["read_units"], found["read_units_estimate"]) == (units, 1)
    assert (found["budget"], found["throttles"]) == (10**6, 1)
    assert found["parts"] == {"segment": {"total": 2, "left": 0}}


@pytest.mark.usefixtures("script")
def test_too_many_rejects_end_with_exit_code_1(run: CommandLine, world: SmallWorld) -> None:
    world.put("Person", person(7, surprise="x"), person(8, surprise="x"))
    run.project.profile(load={"rejects_max": 1})
    stopped = run("load")
    assert (stopped.code, stopped.stdout) == (1, "")
    assert "error: stopped at 2 rejects of 5 items read: the limit is 1" in stopped.stderr
    assert run("finalise").code == 1
    assert "state loading" in run("status").stdout
    run.project.profile(load={"rejects_max": "1 or 40%"})
    loaded = run("load", "--json")
    assert (loaded.code, json.loads(loaded.stdout)["rejected"]) == (0, 2)
    assert run("finalise").code == 0


@pytest.mark.parametrize("wrong", ["2", "half", -1, "1%%", True])
def test_a_limit_that_is_none_is_named_with_its_place(run: CommandLine, wrong: object) -> None:
    run.project.profile(load={"rejects_max": wrong})
    result = run("lint", "--target")
    assert result.code == 2
    assert "local.yaml:" in result.stderr
    assert "a number, a share such as 0.5%" in result.stderr
