"""The newest captured image of a key decides its rows, whatever stood before."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.follow.followed_world import FollowedWorld
from tests.follow.random_items import TWO_TABLES
from tests.small_world import PERSON, VISIT, changed, notes, person, uid, visit

OWNS_SOME = changed(PERSON, owns={"where": "name <> 'new system'"})


def test_the_newest_image_of_a_key_stands_alone(world: FollowedWorld) -> None:
    job = world.job()
    world.put("Person", person(1, code="a", age=3))
    world.start(job)
    world.change("Person", person(1, code="b"), person(1, code="c"), person(2))
    result = world.follow(job)
    assert world.rows("select code, age from app.persons order by code") == [
        ("c", None),
        (None, None),
    ]
    assert (result.captured, result.applied, result.superseded) == (3, 2, 1)
    world.check_identity(result)


def test_what_an_image_lacks_becomes_null(world: FollowedWorld) -> None:
    job = world.job()
    world.put("Person", person(1, code="a", age=3))
    world.start(job)
    world.change("Person", person(1))
    world.follow(job)
    assert world.rows("select code, age from app.persons") == [(None, None)]


def test_removals_take_the_rows_of_lists_and_of_further_tables(world: FollowedWorld) -> None:
    job = world.job(TWO_TABLES, VISIT)
    world.put("Person", person(1, card=1), person(2, card=2))
    world.put("Visit", visit(10, of=1, notes=notes({"body": "x"}, {"body": "y"})))
    world.put("Visit", visit(11, of=2, notes=notes({"body": "z"})))
    world.start(job)
    world.remove("Person", 1)
    world.remove("Visit", 10, kind="expired")
    result = world.follow(job)
    assert result.deleted == 2
    assert world.numbers("app.persons") == ["2"]
    assert world.rows("select number from app.cards") == [(2,)]
    assert world.numbers("app.visit_notes", "visit_id") == ["11"]


def test_a_list_that_became_shorter_leaves_no_row_behind(world: FollowedWorld) -> None:
    job = world.job()
    world.put("Visit", visit(10, of=1, notes=notes({"body": "x"}, {"body": "y"}, {"body": "z"})))
    world.start(job)
    world.change("Visit", visit(10, of=1, notes=notes({"body": "w"})))
    world.follow(job)
    assert world.rows("select number, body from app.visit_notes") == [(1, "w")]


@pytest.mark.parametrize("marks", [{"_deleted": True}, {"kind": "TEST"}])
def test_tombstones_and_filtered_images_remove_rows_and_are_applied(
    world: FollowedWorld, marks: dict[str, Any]
) -> None:
    job = world.job()
    world.put("Person", person(1))
    world.start(job)
    world.change("Person", person(1, **marks))
    result = world.follow(job)
    assert world.numbers("app.persons") == []
    assert (result.applied, result.deleted) == (1, 0)


def test_a_buried_item_comes_back_with_a_later_image(world: FollowedWorld) -> None:
    job = world.job()
    world.start(job)
    world.change("Person", person(1, _deleted=True))
    world.follow(job)
    world.remove("Person", 1)
    world.change("Person", person(1))
    world.follow(job)
    assert world.numbers("app.persons") == ["1"]


def test_a_refused_image_is_a_reject_until_a_good_one_or_a_removal(world: FollowedWorld) -> None:
    job = world.job()
    world.put("Person", person(1), person(2), person(3, age="x"))
    world.start(job)
    world.change("Person", person(1, age="x"), person(2, age="x"))
    result = world.follow(job)
    assert world.numbers("app.persons") == []
    assert (result.rejected, result.applied) == (2, 0)
    assert [one[1] for one in world.rejects()] == ["1", "2", "3"]
    world.change("Person", person(1, age=1), person(3))
    world.remove("Person", 2)
    result = world.follow(job)
    assert world.numbers("app.persons") == ["1", "3"]
    assert world.rejects() == []
    assert len(world.rejects("superseded")) == 3
    world.check_identity(result)


def test_rejects_of_elements_go_with_their_items_newer_image(world: FollowedWorld) -> None:
    job = world.job()
    world.put("Person", person(1))
    world.put("Visit", visit(10, of=1, notes=notes({"body": {"N": "1"}}, {"body": "x"})))
    world.start(job)
    assert [(rule, place) for _, _, rule, place in world.rejects()] == [("type-mismatch", "0")]
    world.change("Visit", visit(10, of=1, notes=notes({"body": "x"}, {"body": {"N": "1"}})))
    world.follow(job)
    assert [(rule, place) for _, _, rule, place in world.rejects()] == [("type-mismatch", "1")]
    world.change("Visit", visit(10, of=1, notes=notes({"body": "x"})))
    world.follow(job)
    assert world.rejects() == []


def test_rows_that_postgresql_refuses_become_rejects_and_nothing_else_does(
    world: FollowedWorld,
) -> None:
    job = world.job()
    world.start(job)
    world.sql("alter table app.persons add constraint grown check (age > 17)")
    world.change("Person", *(person(n, age=n) for n in range(10, 25)))
    result = world.follow(job)
    assert world.numbers("app.persons") == [str(n) for n in range(18, 25)]
    assert {rule for _, _, rule, _ in world.rejects()} == {"refused-by-target"}
    assert (result.applied, result.rejected) == (7, 8)
    world.check_identity(result)


def test_rows_of_the_new_system_are_never_touched(world: FollowedWorld) -> None:
    job = world.job(OWNS_SOME, VISIT)
    world.put("Person", person(1))
    world.start(job)
    world.sql(
        f"insert into app.persons (id, code, name) values ('{uid(7)}', 'a', 'new system'),"
        f" ('{uid(8)}', 'b', 'new system')"
    )
    world.change("Person", person(1, code="a"), person(7), person(2, code="c"))
    world.remove("Person", 8)
    result = world.follow(job)
    assert world.numbers("app.persons") == ["2", "7", "8"]
    assert world.waiting() == [
        ("Person", "1", "duplicate", "app.persons_code_key"),
        ("Person", "7", "key-clash", "app.persons_pkey"),
    ]
    world.check_identity(result)


def test_references_that_were_taken_off_are_forgotten_with_the_row(world: FollowedWorld) -> None:
    nulled = changed(VISIT, columns={
        "person_id": {"from": "person", "type": "uuid", "references": "app.persons",
                      "orphans": "null"},
    })  # fmt: skip
    job = world.job(PERSON, nulled)
    world.put("Visit", visit(10, of=1), visit(11, of=1))
    world.start(job)
    keys = [f"""'{{"id": "{uid(n)}"}}'""" for n in (10, 11)]
    for key in keys:
        world.sql(
            "insert into migrate.dangling (run_id, table_name, column_name, key, value)"
            f" select run_id, 'app.visits', 'person_id', {key}, '{uid(1)}' from migrate.runs"
        )
    world.change("Visit", visit(10, of=2))
    world.follow(job)
    assert world.rows("select key->>'id' from migrate.dangling") == [(uid(11),)]


def a_history(world: FollowedWorld) -> None:
    """Every kind of change of two persons that want the same code."""
    world.change("Person", person(1, code="a"), person(2, code="b"))
    world.change("Person", person(1, code="b"), person(2, age="x"), person(1, _deleted=True))
    world.change("Person", person(2, code="b"), person(1, code="a"))
    world.remove("Person", 2)
    world.change("Person", person(2, code="a"), person(1, code="c"))


def test_the_end_does_not_depend_on_where_batches_are_cut(world: FollowedWorld) -> None:
    job = world.job(PERSON)
    world.pin(job)
    ends = []
    for batch in (1, 2, 3, 4, 7, 2000):
        world.load(job, again=True)
        a_history(world)
        result = world.follow(job, batch=batch)
        world.check_identity(result)
        stands = world.rows("select id::text, code from app.persons order by 1")
        ends.append((stands, world.rejects(), world.waiting()))
    assert all(end == ends[0] for end in ends)
    assert ends[0][0] == [(uid(1), "c"), (uid(2), "a")]


def test_a_second_start_applies_nothing_twice(world: FollowedWorld) -> None:
    job = world.job()
    world.start(job)
    a_history(world)
    first = world.follow(job)
    assert world.follow(job) == first


def test_two_open_shards_are_applied_beside_each_other(world: FollowedWorld) -> None:
    job = world.job(PERSON)
    world.pin_model("Person", 1, shards=("s1", "s2"))
    world.load(job)
    world.change("Person", person(1), person(2))
    world.change("Person", person(3), shard="s2")
    result = world.follow(job)
    assert world.numbers("app.persons") == ["1", "2", "3"]
    assert result.captured == 3


def test_changes_that_were_applied_long_ago_are_pruned(
    world: FollowedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("migrate.pipeline.follow._PRUNE_SECONDS", 0.0)
    job = world.job(PERSON)
    world.start(job)
    world.change("Person", person(1, code="a"), person(2, code="a"), person(3))
    world.sql("update migrate.changes set captured_at = now() - interval '300 days'")
    world.change("Person", person(4))
    ticking = itertools.count()

    def tick(seconds: float) -> None:
        assert next(ticking) < 10

    result = world.follow(job, wait=tick)
    assert (result.captured, result.waiting) == (4, 2)
    assert {row[0] for row in world.rows("select item_key from migrate.changes")} == {
        f'{{"id":{{"S":"{uid(n)}"}}}}' for n in (1, 2, 4)
    }
    world.check_identity(world.follow(job))
