"""Rejects of the ledger, held against the verifier's own reading of items and target."""

from __future__ import annotations

from migrate.validate.outcome import Rejected
from tests.validate.world import Rejects, World, compare, identifier, notes, shown


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
