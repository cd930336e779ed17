"""Items that want the same unique value wait, and stand as soon as it is free."""

from __future__ import annotations

import pytest

from migrate.observe import Event, Note
from tests.follow.followed_world import FollowedWorld
from tests.follow.random_items import TWO_TABLES
from tests.small_world import PERSON, VISIT, person

KEY = "app.persons_code_key"


def codes(world: FollowedWorld) -> dict[str, str | None]:
    rows = world.rows("select id::text, code from app.persons")
    return {key[24:].lstrip("0"): code for key, code in rows}


def cards(world: FollowedWorld) -> dict[str, int | None]:
    rows = world.rows("select person_id::text, number from app.cards")
    return {key[24:].lstrip("0"): number for key, number in rows}


@pytest.mark.parametrize("batch", [1, 2000])
def test_two_items_swap_their_values(world: FollowedWorld, batch: int) -> None:
    job = world.job(PERSON)
    world.put("Person", person(1, code="a"), person(2, code="b"))
    world.start(job)
    world.change("Person", person(1, code="b"), person(2, code="a"))
    result = world.follow(job, batch=batch)
    assert codes(world) == {"1": "b", "2": "a"}
    assert result.waiting == 0


@pytest.mark.parametrize("batch", [1, 2000])
def test_a_chain_of_values_moves_on(world: FollowedWorld, batch: int) -> None:
    job = world.job(PERSON)
    letters = "abcdefgh"
    world.put("Person", *(person(n, code=letters[n]) for n in range(1, 7)))
    world.start(job)
    world.change("Person", *(person(n, code=letters[n + 1]) for n in range(1, 7)))
    result = world.follow(job, batch=batch)
    assert codes(world) == {str(n): letters[n + 1] for n in range(1, 7)}
    assert result.waiting == 0
    world.check_identity(result)


def test_who_takes_a_value_that_stands_waits_without_any_row(world: FollowedWorld) -> None:
    job = world.job(TWO_TABLES)
    world.put("Person", person(1, code="a"), person(2, card=1))
    world.start(job)
    world.change("Person", person(2, code="a", card=2), person(3, card=1))
    result = world.follow(job)
    assert codes(world) == {"1": "a", "3": None}
    assert cards(world) == {"1": None, "3": 1}
    assert world.waiting() == [("Person", "2", "duplicate", KEY)]
    assert (result.applied, result.waiting, result.pending) == (1, 1, 1)
    world.check_identity(result)
    world.change("Person", person(1, code="b"))
    result = world.follow(job)
    assert codes(world) == {"1": "b", "2": "a", "3": None}
    assert cards(world) == {"1": None, "2": 2, "3": 1}
    assert (result.applied, result.waiting, result.pending) == (3, 0, 0)
    world.check_identity(result)


def test_of_two_new_items_with_one_value_neither_wins_by_luck(world: FollowedWorld) -> None:
    job = world.job(PERSON)
    world.start(job)
    world.change("Person", person(1, code="a"), person(2, code="a"), person(3, code="b"))
    result = world.follow(job)
    assert codes(world) == {"3": "b"}
    assert result.waiting == 2
    world.remove("Person", 1)
    result = world.follow(job)
    assert codes(world) == {"2": "a", "3": "b"}
    assert (result.applied, result.superseded, result.waiting) == (3, 1, 0)
    world.check_identity(result)


def test_a_waiting_key_takes_its_newest_image(world: FollowedWorld) -> None:
    job = world.job(PERSON)
    world.put("Person", person(1, code="a"))
    world.start(job)
    world.change("Person", person(2, code="a"))
    world.follow(job)
    world.change("Person", person(2, code="c", age=2))
    world.follow(job)
    assert codes(world) == {"1": "a", "2": "c"}
    assert world.waiting() == []


def test_a_waiting_key_may_be_refused_or_removed_later(world: FollowedWorld) -> None:
    job = world.job(PERSON)
    world.put("Person", person(1, code="a"))
    world.start(job)
    world.change("Person", person(2, code="a"), person(3, code="a"))
    world.follow(job)
    world.change("Person", person(2, age="x"))
    world.remove("Person", 3)
    result = world.follow(job)
    assert (world.waiting(), codes(world)) == ([], {"1": "a"})
    assert [one[1:3] for one in world.rejects()] == [("2", "type-mismatch")]
    assert (result.superseded, result.rejected, result.applied) == (2, 1, 1)
    world.check_identity(result)


def test_one_mapping_frees_what_another_waits_for(world: FollowedWorld) -> None:
    """Both fill the same table."""
    member = {**PERSON, "source": {"model": "Visit"}}
    job = world.job(PERSON, member)
    world.put("Person", person(1, code="a"))
    world.start(job)
    world.change("Visit", person(2, code="a"))
    assert world.follow(job).waiting == 1
    world.remove("Person", 1)
    assert world.follow(job).waiting == 0
    assert codes(world) == {"2": "a"}


def test_waiting_keys_are_named(world: FollowedWorld) -> None:
    job = world.job()
    events: list[Event] = []
    world.put("Person", person(1, code="a"))
    world.start(job)
    world.change("Person", person(2, code="a"))
    world.follow(job, observer=events.append)
    notes = [one.message for one in events if isinstance(one, Note)]
    assert len(notes) == 1
    assert notes[0].startswith("Person: 1 keys wait: ")
    assert KEY in notes[0]


def test_two_spellings_of_one_key_wait_for_each_other(world: FollowedWorld) -> None:
    job = world.job(PERSON)
    world.start(job)
    world.change("Person", person("a"), person("A"), person(1))
    result = world.follow(job)
    assert world.numbers("app.persons") == ["1"]
    assert [one[2:] for one in world.waiting()] == [("key-clash", "app.persons_pkey")] * 2
    world.check_identity(result)


@pytest.mark.parametrize(
    ("index", "waits"),
    [
        ("create unique index odd on app.persons (lower(code))", {"2"}),
        ("create unique index odd on app.persons (lower(code), age)", set()),
        ("create unique index odd on app.persons (lower(code)) where age > 5", set()),
        ("create unique index odd on app.persons ((age / 10))", {"2"}),
        ("create unique index odd on app.persons (age) nulls not distinct", {"3"}),
        ("alter table app.persons add constraint odd unique (age) deferrable"
         " initially deferred", set()),
    ],
)  # fmt: skip
def test_indexes_of_every_kind_make_keys_wait(
    world: FollowedWorld, index: str, waits: set[str]
) -> None:
    job = world.job(PERSON)
    world.put("Person", person(1, code="a", age=1), person(9))
    world.start(job)
    world.sql(index)
    world.change(
        "Person", person(2, code="A", age=2), person(3, code="b"), person(4, code="c", age=40)
    )
    result = world.follow(job)
    assert {one[1] for one in world.waiting()} == waits
    assert set(codes(world)) == {"1", "9", "2", "3", "4"} - waits
    world.check_identity(result)


def test_a_deferred_constraint_speaks_up_in_time(world: FollowedWorld) -> None:
    job = world.job(PERSON)
    world.put("Person", person(1, age=1))
    world.start(job)
    world.sql(
        "alter table app.persons add constraint odd unique (age) deferrable initially deferred"
    )
    world.change("Person", person(2, age=1), person(3, age=3))
    world.follow(job)
    assert world.waiting() == [("Person", "2", "duplicate", "app.odd")]
    assert world.numbers("app.persons") == ["1", "3"]


def test_unique_constraints_may_come_while_it_follows(world: FollowedWorld) -> None:
    """Before `finalise --without-foreign-keys` nothing is unique."""
    from migrate.pipeline.finalise import finalise
    from migrate.pipeline.load import load

    job = world.job(PERSON, VISIT)
    world.put("Person", person(1, code="a"))
    world.pin(job)
    load(job)
    world.change("Person", person(2, code="a"))
    assert world.follow(job).waiting == 0
    finalise(job, foreign_keys=False)
    assert [one[1:3] for one in world.rejects()] == [("1", "duplicate"), ("2", "duplicate")]
    world.change("Person", person(3, code="a"), person(4, code="a"))
    assert world.follow(job).waiting == 2
