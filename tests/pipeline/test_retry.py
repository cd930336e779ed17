"""The way back for rejects: after a retry the target is what a fresh load would have made."""

from __future__ import annotations

from typing import Any

import pytest

from migrate.errors import AskOperatorError
from migrate.pipeline.finalise import finalise
from migrate.pipeline.job import Job
from migrate.pipeline.load import load
from migrate.pipeline.retry import retry
from tests.small_world import PERSON, VISIT, SmallWorld, changed, notes, person, uid, visit

pytestmark = pytest.mark.usefixtures("inline")

TOO_LONG = "x" * 21
NULLED = changed(VISIT, columns={
    "person_id": {"from": "person", "type": "uuid", "references": "app.persons", "orphans": "null"},
})  # fmt: skip


def finished(world: SmallWorld, job: Job) -> None:
    load(job)
    finalise(job)
    world.check(job)


def test_an_item_that_was_mended_at_the_source_is_loaded(world: SmallWorld) -> None:
    world.put("Person", person(1, code=TOO_LONG), person(2, code=TOO_LONG))
    job = world.job()
    finished(world, job)
    world.put("Person", person(1, code="short"))
    result = retry(job)
    assert (result.tried, result.loaded, result.refused, result.superseded) == (2, 1, 1, 0)
    world.check(job)
    assert world.numbers("app.persons") == ["1"]
    assert world.rejects("retried") == [("Person", "1", "too-long", "")]


def test_a_retry_that_mends_nothing_changes_nothing(world: SmallWorld) -> None:
    world.put("Person", person(1, code=TOO_LONG), person(2, code="a"), person(3, code="a"))
    world.put("Visit", visit(11, of=1), visit(12, of=2))
    job = world.job()
    finished(world, job)
    before = world.rows("select * from migrate.rejects order by reject_id")
    result = retry(job)
    assert (result.tried, result.loaded, result.refused) == (5, 0, 5)
    assert world.rows("select * from migrate.rejects order by reject_id") == before
    assert world.rows("select kind from migrate.units where kind = 'retry'") == []


def test_a_cascade_of_orphans_comes_back_with_what_it_waited_for(world: SmallWorld) -> None:
    following = changed(VISIT, columns={
        "after_id": {"from": "after", "type": "uuid", "references": "app.visits"},
    })  # fmt: skip
    world.put("Person", person(1, code=TOO_LONG))
    world.put(
        "Visit",
        visit(14, of=1),
        visit(13, of=1, after=uid(14)),
        visit(12, of=1, after=uid(13)),
        visit(11, of=1, after=uid(12), notes=notes({"body": "a"}, {"body": {"N": "1"}})),
    )
    job = world.job(PERSON, following)
    finished(world, job)
    world.put("Person", person(1, code="short"))
    assert retry(job).loaded == 5
    world.check(job)
    assert world.rejects() == [("Visit", "11", "type-mismatch", "1")]


def test_only_what_was_asked_for_is_tried(world: SmallWorld) -> None:
    world.put("Person", person(1, code=TOO_LONG), person(2, strange="x"))
    world.put("Visit", visit(11, of=1))
    job = world.job()
    finished(world, job)
    world.put("Person", person(1, code="short"), person(2))
    assert retry(job, rules=["too-long"]).tried == 1
    assert world.rejects() == [
        ("Person", "2", "unknown-attribute", ""),
        ("Visit", "11", "orphan", ""),
    ]
    assert retry(job, model="Visit").loaded == 1
    retry(job)
    world.check(job)


@pytest.mark.parametrize("spellings", [("a", "A"), ("A", "a")])
def test_one_id_in_two_spellings_stays_rejected_twice(
    world: SmallWorld, spellings: tuple[str, str]
) -> None:
    world.put("Person", *(person(spelling) for spelling in spellings))
    job = world.job(PERSON)
    finished(world, job)
    assert retry(job).refused == 2
    world.check(job)
    assert world.numbers("app.persons") == []
    world.delete("Person", spellings[0])
    result = retry(job)
    assert (result.loaded, result.superseded) == (1, 1)
    world.check(job)


def test_duplicates_stay_rejected_until_one_is_mended(world: SmallWorld) -> None:
    world.put("Person", person(1, code="a"), person(2, code="a"))
    job = world.job(PERSON)
    finished(world, job)
    retry(job)
    world.check(job)
    assert world.numbers("app.persons") == []
    world.put("Person", person(2, code="b"))
    assert retry(job).loaded == 2
    world.check(job)


def test_a_mended_item_that_shares_a_value_takes_its_partner_along(world: SmallWorld) -> None:
    """The partner has rows that refer to it, under foreign keys that are in force again."""
    world.put("Person", person(1, code="a"), person(2, code=TOO_LONG))
    world.put("Visit", visit(11, of=1, notes=notes({"body": "x"})))
    job = world.job()
    finished(world, job)
    world.put("Person", person(2, code="a"))
    retry(job)
    world.check(job)
    assert world.rejects() == [
        ("Person", "1", "duplicate", ""),
        ("Person", "2", "duplicate", ""),
        ("Visit", "11", "orphan", ""),
    ]


def test_rows_of_others_that_refer_to_a_reject_need_a_decision(world: SmallWorld) -> None:
    world.put("Person", person(1, code="a"), person(2, code=TOO_LONG))
    job = world.job(PERSON)
    finished(world, job)
    world.sql(
        "create table app.news (person_id uuid constraint news_fk references app.persons);"
        f" insert into app.news values ('{uid(1)}')"
    )
    world.put("Person", person(2, code="a"))
    with pytest.raises(AskOperatorError, match=r"rows of app\.news refer to them \(news_fk\)"):
        retry(job)
    assert world.numbers("app.persons") == ["1"]


def test_a_reject_that_is_gone_or_deleted_softly_is_superseded(world: SmallWorld) -> None:
    world.put(
        "Person",
        person(1, code=TOO_LONG),
        person(2, code=TOO_LONG),
        person(3, code=TOO_LONG),
    )
    job = world.job(PERSON)
    finished(world, job)
    world.delete("Person", 1)
    world.put("Person", person(2, code="x", _deleted=True), person(3, kind="TEST"))
    result = retry(job)
    assert (result.tried, result.superseded, result.loaded) == (3, 3, 0)
    world.check(job)
    assert world.rejects() == []


def test_a_reject_that_breaks_another_rule_now_says_so(world: SmallWorld) -> None:
    world.put("Person", person(1, code=TOO_LONG))
    job = world.job(PERSON)
    finished(world, job)
    world.put("Person", person(1, strange="x"))
    assert retry(job).refused == 1
    world.check(job)
    assert world.rejects() == [("Person", "1", "unknown-attribute", "")]
    assert world.rejects("retried") == [("Person", "1", "too-long", "")]


BAD_NOTES = notes({"body": "a"}, {"body": {"N": "1"}}, {"body": "c", "author": uid(9)})


@pytest.mark.parametrize(
    ("entries", "left"),
    [
        (notes({"body": "a"}, {"body": "b"}, {"body": "c", "author": uid(9)}), ["2"]),
        (notes({"body": "a"}, {"body": {"N": "1"}}, {"body": "c"}), ["1"]),
        (notes({"body": "a"}, {"body": "b"}, {"body": "c", "author": uid(1)}), []),
        (notes({"body": {"N": "1"}}), ["0"]),
        ({"L": []}, []),
    ],
)
def test_rejected_elements_come_back_one_by_one(
    world: SmallWorld, entries: dict[str, Any], left: list[str]
) -> None:
    world.put("Person", person(1))
    world.put("Visit", visit(11, of=1, notes=BAD_NOTES))
    job = world.job()
    finished(world, job)
    assert sorted(place for *_, place in world.rejects()) == ["1", "2"]
    world.put("Visit", visit(11, of=1, notes=entries))
    retry(job)
    world.check(job)
    assert [place for *_, place in world.rejects()] == left


def test_an_item_with_rejected_elements_may_be_gone_or_refused(world: SmallWorld) -> None:
    world.put("Person", person(1))
    world.put("Visit", *(visit(n, of=1, notes=BAD_NOTES) for n in (11, 12, 13)))
    job = world.job()
    finished(world, job)
    world.delete("Visit", 11)
    world.put("Visit", visit(12, of=1, title="longer than ten", notes=BAD_NOTES))
    world.put("Visit", visit(13, of=5, notes=BAD_NOTES))
    retry(job)
    world.check(job)
    assert world.rejects() == [("Visit", "12", "too-long", ""), ("Visit", "13", "orphan", "")]


def test_an_item_that_comes_back_leaves_its_orphaned_element_behind(world: SmallWorld) -> None:
    world.put("Person", person(1, code=TOO_LONG))
    entries = notes({"body": "a"}, {"body": "b", "author": uid(9)})
    world.put("Visit", visit(11, of=1, notes=entries))
    job = world.job()
    finished(world, job)
    world.put("Person", person(1))
    retry(job)
    world.check(job)
    assert world.rejects() == [("Visit", "11", "orphan", "1")]


def test_a_reference_that_was_set_to_null_is_set_again(world: SmallWorld) -> None:
    world.put("Person", person(1, code=TOO_LONG), person(2, code=TOO_LONG))
    world.put("Visit", visit(11, of=1), visit(12, of=2), visit(13, of=1, title="much too long"))
    job = world.job(PERSON, NULLED)
    finished(world, job)
    assert world.numbers("app.visits", "coalesce(person_id::text, '')") == ["", ""]
    world.put("Visit", visit(13, of=1))
    retry(job)
    world.check(job)
    world.put("Person", person(1))
    retry(job)
    world.check(job)
    assert world.numbers("app.visits", "coalesce(person_id::text, '')") == ["", "1", "1"]


def test_a_retry_before_finalise_is_judged_by_finalise(world: SmallWorld) -> None:
    world.put("Person", person(1, code="a"), person(2, code=TOO_LONG), person("b"), person("B"))
    job = world.job()
    load(job)
    world.put("Person", person(2, code="a"))
    world.put("Visit", visit(11, of=2))
    retry(job)
    load(job, again=True)
    world.put("Visit", visit(11, of=2))
    finalise(job)
    world.check(job)
    assert world.numbers("app.persons") == []


def test_a_kept_first_duplicate_gives_way_to_an_earlier_one(world: SmallWorld) -> None:
    keep_first = changed(PERSON, duplicates="keep-first-by age")
    world.put("Person", person(1, code="a", age=30), person(2, code=TOO_LONG, age=20))
    world.put("Visit", visit(11, of=1))
    job = world.job(keep_first, VISIT)
    finished(world, job)
    world.put("Person", person(2, code="a", age=20))
    retry(job)
    world.check(job)
    assert world.numbers("app.persons") == ["2"]
    assert world.rejects() == [("Person", "1", "duplicate", ""), ("Visit", "11", "orphan", "")]
