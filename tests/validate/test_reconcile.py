"""Reconciliation against real servers: a right copy is equal, and every fault is found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from migrate.errors import FixInputError, RetryLaterError
from migrate.observe import Event, VerifyProgress
from migrate.validate.orphans import orphans
from migrate.validate.outcome import TableResult
from migrate.validate.session import session
from tests.validate.world import World, compare, identifier, mappings, shown

_CASES = Path(__file__).parent.parent / "cases" / "reconcile" / "faults.yaml"


@pytest.mark.parametrize("workers", [1, 2])
def test_right_copy_is_equal_and_counted(world: World, workers: int) -> None:
    events: list[Event] = []
    result = compare(world, workers=workers, observer=events.append)

    assert result.is_equal
    assert result.differences == []
    assert result.tables == [
        TableResult("app.meetings", compared=2),
        TableResult("app.order", compared=3),
        TableResult("app.order_lines", compared=2),
    ]
    meeting, order = result.models
    assert (meeting.read, meeting.rows, meeting.tombstones) == (3, 2, 1)
    assert (order.read, order.rows, order.filtered) == (4, 3, 1)
    assert [(c.list, c.read, c.rows) for c in result.children] == [("lines", 2, 2)]
    assert all(isinstance(event, VerifyProgress) for event in events)
    assert events


def _faults() -> list[Any]:
    found = yaml.safe_load(_CASES.read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["name"].replace(" ", "-")) for case in found]


@pytest.mark.parametrize("case", _faults())
def test_fault_is_reported_by_table_key_and_column(world: World, case: dict[str, Any]) -> None:
    world.sql(case["damage"])
    result = compare(world)

    found = sorted((shown(difference) for difference in result.differences), key=str)
    assert found == sorted(case["found"], key=str)
    assert result.is_equal is not bool(found)
    counted = sum(t.missing + t.extra + t.different for t in result.tables)
    assert counted == len(found)


def test_counts_are_exact_where_differences_are_capped(world: World) -> None:
    world.sql(
        "INSERT INTO app.meetings SELECT gen_random_uuid(), 'new' FROM generate_series(1, 25);"
        "DELETE FROM app.order_lines"
    )
    result = compare(world, differences_max=3)
    assert [(t.compared, t.extra, t.missing) for t in result.tables] == [
        (27, 25, 0), (3, 0, 0), (0, 0, 2),
    ]  # fmt: skip
    assert [d.table for d in result.differences] == ["app.meetings"] * 3 + ["app.order_lines"] * 2


def test_foreign_rows_outside_what_is_owned_are_not_extra(world: World) -> None:
    world.sql(
        'ALTER TABLE app."order" ADD origin text; ALTER TABLE app.order_lines ADD origin text;'
        "INSERT INTO app.\"order\" (id, origin) VALUES (gen_random_uuid(), 'new 50%');"
    )
    owns = {"owns": {"where": "origin IS NULL OR origin LIKE 'old%'"}}
    assert compare(world, order=owns).is_equal
    assert not compare(world).is_equal


def test_orphans_are_counted_with_their_keys(world: World) -> None:
    world.sql(f"UPDATE app.order_lines SET meeting_id = '{identifier('c')}' WHERE number = 1")
    with session(world.connect) as connection:
        found = orphans(connection, mappings())
    assert [(o.table, o.column, o.references, o.count) for o in found] == [
        ("app.order", "meeting_id", "app.meetings", 0),
        ("app.order_lines", "meeting_id", "app.meetings", 1),
    ]
    assert found[1].first_keys == ({"order_id": identifier("1"), "number": "1"},)


def test_scratch_tables_of_a_killed_run_are_dropped_and_none_is_left(world: World) -> None:
    world.sql("CREATE SCHEMA migrate; CREATE TABLE migrate.reconcile_keys_7 (k0 text)")
    world.sql("CREATE TABLE migrate.units (id text)")
    assert compare(world).is_equal
    with world.connect() as connection:
        rows = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'migrate'"
        ).fetchall()
    assert rows == [("units",)]


def test_second_reconciliation_waits_for_its_turn(world: World) -> None:
    with world.connect() as connection:
        connection.execute("SELECT pg_advisory_lock(7306417120533)")
        with pytest.raises(RetryLaterError, match="another reconciliation"):
            compare(world)


@pytest.mark.parametrize("workers", [1, 2])
def test_source_that_does_not_exist_is_told(world: World, workers: int) -> None:
    client = world.client()
    client.delete_table(TableName="Order-test")
    client.close()
    with pytest.raises(FixInputError, match="table Order-test does not exist"):
        compare(world, workers=workers)


def test_target_that_lacks_a_table_or_column_is_told(world: World) -> None:
    world.sql('ALTER TABLE app."order" DROP note')
    with pytest.raises(FixInputError, match="note"):
        compare(world)
    world.sql("DROP TABLE app.order_lines")
    with pytest.raises(FixInputError, match=r"app\.order_lines does not exist"):
        compare(world)


def test_condition_that_is_no_sql_is_told(world: World) -> None:
    with pytest.raises(FixInputError, match="syntax error"):
        compare(world, order={"owns": {"where": "note = = 'x'"}})
