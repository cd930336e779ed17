"""Reconciliation against real servers: a right copy is equal, and every fault is found."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from migrate.errors import FixInputError, RetryLaterError
from migrate.observe import Event, Note
from migrate.validate.orphans import orphans
from migrate.validate.outcome import Difference, Reconciliation, Rejected, TableResult
from migrate.validate.reconcile import reconcile
from migrate.validate.session import session
from tests.validate.world import TABLE_NAMES, Rejects, World, identifier, lookup, mappings

_CASES = Path(__file__).parent.parent / "cases" / "reconcile" / "faults.yaml"


@pytest.fixture
def empty(postgres_url: str, dynamodb_endpoint: str) -> World:
    return World(postgres_url, dynamodb_endpoint)


@pytest.fixture
def world(empty: World) -> World:
    empty.fill()
    return empty


def compare(
    world: World, rejects: Rejects | None = None, workers: int = 1, **options: Any
) -> Reconciliation:
    order = options.pop("order", {})
    rejected = partial(lookup, rejects or {})
    return reconcile(
        mappings(**order), TABLE_NAMES, world.connect, world.client, rejected, workers, **options
    )


def shown(difference: Difference) -> list[Any]:
    columns = {c.column: [_short(c.expected), _short(c.actual)] for c in difference.columns}
    key = {name: _short(value) for name, value in difference.key.items()}
    return [difference.table, difference.kind, key, columns]


def _short(value: str | None) -> str | None:
    start = identifier("")[: len("00000000-0000-4000-8000-")]
    return value.removeprefix(start).lstrip("0") if value and value.startswith(start) else value


def notes(result: Reconciliation) -> list[tuple[str, str, str]]:
    return [(d.table, d.kind, d.note) for d in result.differences]


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
    assert all(isinstance(event, Note) for event in events)
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


# Rejects of the ledger


def test_item_rejected_by_both_is_right(world: World) -> None:
    world.put("Order", [{"id": {"S": identifier("9")}, "total": {"S": "x"}}])
    result = compare(world, {("Order", "9"): [Rejected(None, None, "type-mismatch")]})
    assert result.is_equal
    assert result.models[1].rejected == 1


def test_item_rejected_by_the_loader_alone_is_missing(world: World) -> None:
    world.sql("DELETE FROM app.order_lines; DELETE FROM app.\"order\" WHERE code = 'c1'")
    result = compare(world, {("Order", "1"): [Rejected(None, None, "bad-datetime")]})
    note = "rejected by the loader, but the mapping accepts it"
    assert notes(result) == [
        ("app.order", "missing", note),
        ("app.order_lines", "missing", note),
        ("app.order_lines", "missing", note),
    ]


def test_item_that_the_ledger_rejects_but_the_target_holds_is_extra(world: World) -> None:
    result = compare(world, {("Order", "3"): [Rejected(None, None, "bad-datetime")]})
    assert [shown(d)[:3] for d in result.differences] == [["app.order", "extra", {"id": "3"}]]


def test_item_that_the_mapping_refuses_without_a_reject_is_missing(world: World) -> None:
    world.put("Order", [{"id": {"S": identifier("9")}, "total": {"S": "x"}}])
    result = compare(world)
    note = (
        "the mapping rejects it (type-mismatch in app.order.total), but the ledger holds no reject"
    )
    assert notes(result) == [("app.order", "missing", note)]
    assert result.differences[0].key == {"id": identifier("9")}


def test_row_of_an_item_that_the_mapping_refuses_is_extra(world: World) -> None:
    world.put("Order", [{"id": {"S": identifier("9")}, "total": {"S": "x"}}])
    world.sql(f"INSERT INTO app.\"order\" (id) VALUES ('{identifier('9')}')")
    result = compare(world)
    assert [shown(d)[:3] for d in result.differences] == [["app.order", "extra", {"id": "9"}]]


def test_element_rejected_by_both_is_right(world: World) -> None:
    lines = {"L": [{"M": {}}, {"M": {"name": {"S": "x"}}}]}
    world.put("Order", [{"id": {"S": identifier("9")}, "lines": lines}])
    world.sql(
        f"INSERT INTO app.\"order\" (id) VALUES ('{identifier('9')}');"
        f"INSERT INTO app.order_lines VALUES ('{identifier('9')}', 2, 'x')"
    )
    result = compare(world, {("Order", "9"): [Rejected("lines", 0, "required")]})
    assert result.is_equal
    child = result.children[0]
    assert (child.read, child.rows, child.rejected) == (4, 3, 1)

    unheld = compare(world).differences
    assert [(d.table, d.kind, d.key["position"]) for d in unheld] == [
        ("app.order_lines", "missing", "0")
    ]


def test_duplicates_need_a_second_item_with_the_value(world: World) -> None:
    twice = [{"id": {"S": identifier(last)}, "code": {"S": "dup"}} for last in ("8", "9")]
    world.put("Order", twice)
    rejects: Rejects = {("Order", last): [Rejected(None, None, "duplicate")] for last in "89"}
    assert compare(world, rejects).is_equal

    world.put("Order", [{"id": {"S": identifier("9")}, "code": {"S": "other"}}])
    result = compare(world, rejects)
    note = "rejected as duplicate, but no other item has its unique values"
    assert notes(result) == [("app.order", "missing", note)] * 2


def test_duplicate_is_confirmed_by_the_row_that_stayed(world: World) -> None:
    world.put("Order", [{"id": {"S": identifier("9")}, "code": {"S": "c2"}, "total": {"N": "9"}}])
    rejects: Rejects = {("Order", "9"): [Rejected(None, None, "duplicate")]}
    assert compare(world, rejects, order={"duplicates": "keep-first-by total"}).is_equal


def test_the_row_that_stayed_must_be_the_first(world: World) -> None:
    world.put("Order", [{"id": {"S": identifier("9")}, "code": {"S": "c2"}, "total": {"N": "0.4"}}])
    rejects: Rejects = {("Order", "9"): [Rejected(None, None, "duplicate")]}
    result = compare(world, rejects, order={"duplicates": "keep-first-by total"})
    note = "rejected as duplicate, but comes before the row that was kept"
    assert notes(result) == [("app.order", "missing", note)]


def test_no_duplicate_may_stay_where_all_are_rejected(world: World) -> None:
    world.put("Order", [{"id": {"S": identifier("9")}, "code": {"S": "c2"}}])
    result = compare(world, {("Order", "9"): [Rejected(None, None, "duplicate")]})
    assert [shown(d)[:3] for d in result.differences] == [["app.order", "extra", {"id": "2"}]]


def test_key_clash_needs_both_items(world: World) -> None:
    both = [identifier("e"), identifier("E")]
    world.put("Order", [{"id": {"S": key}} for key in both])
    clash = [Rejected(None, None, "key-clash")]
    assert compare(world, {("Order", "e"): clash, ("Order", "E"): clash}).is_equal

    world.sql(f"INSERT INTO app.\"order\" (id) VALUES ('{identifier('e')}')")
    unnoticed = compare(world)
    assert notes(unnoticed) == [
        ("app.order", "missing", "several items make this row, and no key-clash was rejected")
    ]


def test_orphan_needs_a_reference_that_points_nowhere(world: World) -> None:
    world.put("Order", [{"id": {"S": identifier("9")}, "meeting": {"S": identifier("c")}}])
    rejects: Rejects = {("Order", "9"): [Rejected(None, None, "orphan")]}
    assert compare(world, rejects).is_equal

    world.put("Order", [{"id": {"S": identifier("9")}, "meeting": {"S": identifier("a")}}])
    note = "rejected as orphan, but every row it refers to is there"
    assert notes(compare(world, rejects)) == [("app.order", "missing", note)]


def test_orphan_element_is_judged_by_its_own_reference(world: World) -> None:
    world.sql("DELETE FROM app.order_lines WHERE number = 2")
    rejects: Rejects = {("Order", "1"): [Rejected("lines", 1, "orphan")]}
    assert [d.note for d in compare(world, rejects).differences] == [
        "rejected as orphan, but every row it refers to is there"
    ]
    world.sql("DELETE FROM app.meetings WHERE title = '夕'")
    kinds = [(d.table, d.kind) for d in compare(world, rejects).differences]
    assert kinds == [("app.meetings", "missing")]


def test_reference_set_null_is_right_only_where_the_parent_is_absent(world: World) -> None:
    world.put("Order", [{"id": {"S": identifier("9")}, "meeting": {"S": identifier("c")}}])
    world.sql(f"INSERT INTO app.\"order\" (id) VALUES ('{identifier('9')}')")
    order = {"orphans": "null"}
    assert compare(world, order=order).is_equal

    world.sql("UPDATE app.\"order\" SET meeting_id = NULL WHERE code = 'c1'")
    assert [shown(d) for d in compare(world, order=order).differences] == [
        ["app.order", "different", {"id": "1"}, {"meeting_id": ["a", None]}]
    ]


# References, scratch tables, errors


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
