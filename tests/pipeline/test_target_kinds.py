"""Targets: one we make ourselves, one that the application's own migrations made."""

from __future__ import annotations

import pytest

from migrate.errors import AskOperatorError, FixInputError
from migrate.pipeline.finalise import finalise
from migrate.pipeline.load import load
from migrate.pipeline.plan import make_plan
from tests.small_world import PERSON, VISIT, SmallWorld, catalogue, changed, person, uid, visit

pytestmark = pytest.mark.usefixtures("inline")

# What a hand-written migration may hold: names that need quotes, rules the mappings do not know.
EXISTING = """
create schema app;
create table app.persons (
  id uuid primary key, code varchar(20), badge integer, name varchar(40) default 'nobody',
  age integer check (age < 200), note text
);
create unique index "Persons_code_KEY" on app.persons (code) where code is not null;
alter table app.persons add constraint persons_badge unique (badge) deferrable initially deferred;
create index persons_lower on app.persons (lower(name) text_pattern_ops desc nulls last)
  include (age) with (fillfactor = 70);
create table app.visits (
  id uuid primary key, title varchar(10),
  person_id uuid not null references app.persons on delete cascade on update restrict
);
create index on app.visits using hash (person_id);
create table app.visit_notes (
  visit_id uuid constraint "of visit" references app.visits, number integer, author_id uuid,
  body text not null, primary key (visit_id, number)
);
alter table app.visit_notes add constraint notes_author foreign key (author_id)
  references app.persons deferrable not valid;
comment on constraint persons_badge on app.persons is 'one badge each';
comment on index app."Persons_code_KEY" is 'one code each';
"""


def test_a_managed_target_is_created_as_planned(world: SmallWorld) -> None:
    job = world.job()
    assert make_plan(job).missing == ["app.persons", "app.visit_notes", "app.visits"]
    load(job)
    finalise(job)
    plan = make_plan(job)
    assert (plan.missing, plan.differences) == ([], [])
    definitions = [definition for _, _, definition in catalogue(world)]
    assert "FOREIGN KEY (person_id) REFERENCES app.persons(id)" in definitions
    assert "UNIQUE (code)" in definitions
    assert "CREATE INDEX visits_person_id_idx ON app.visits USING btree (person_id)" in definitions


def test_half_a_managed_target_is_refused(world: SmallWorld) -> None:
    load(world.job(PERSON))
    with pytest.raises(FixInputError, match=r"app\.visit_notes is missing; app\.visits is"):
        load(world.job())


def test_an_existing_target_is_never_created(world: SmallWorld) -> None:
    job = world.job(target_kind="existing")
    with pytest.raises(FixInputError, match=r"app\.persons is missing; app\.visit_n"):
        load(job)
    world.sql("create schema app; create table app.persons (id uuid primary key)")
    with pytest.raises(FixInputError, match=r"app\.persons\.code is missing"):
        load(job)
    assert world.rows("select nspname from pg_namespace where nspname = 'migrate'") == []


@pytest.mark.parametrize(
    ("statement", "difference"),
    [
        (
            "alter table app.persons alter code type text",
            "app.persons.code is text, mapped as varchar(20)",
        ),
        (
            "alter table app.persons alter code type varchar(19)",
            "app.persons.code is varchar(19), mapped as varchar(20)",
        ),
        (
            "alter table app.persons alter age set not null",
            "app.persons.age is NOT NULL, mapped as not required",
        ),
        (
            "alter table app.persons alter note set not null",
            "app.persons.note is NOT NULL without default, and not mapped",
        ),
        (
            "alter table app.visit_notes drop constraint visit_notes_pkey,"
            " add primary key (number, visit_id)",
            "app.visit_notes has the primary key ['number', 'visit_id'],"
            " mapped as ['visit_id', 'number']",
        ),
    ],
)
def test_a_difference_of_an_existing_target_is_named_and_nothing_is_changed(
    world: SmallWorld, statement: str, difference: str
) -> None:
    world.sql(EXISTING)
    job = world.job(target_kind="existing")
    assert make_plan(job).differences == []
    world.sql(statement)
    before = catalogue(world)
    assert make_plan(job).differences == [difference]
    with pytest.raises(FixInputError) as caught:
        load(job)
    assert difference in caught.value.message
    assert catalogue(world) == before


def test_a_column_that_is_stricter_than_needed_is_no_difference(world: SmallWorld) -> None:
    """The mapping requires it, so no NULL can come; a default stands in for a column of theirs."""
    world.sql(EXISTING)
    world.sql(
        "alter table app.persons add kind text not null default 'old',"
        " add number bigint generated always as identity, alter note set default ''"
    )
    world.put("Person", person(1, code="a"))
    job = world.job(target_kind="existing")
    assert make_plan(job).differences == []
    load(job)
    finalise(job)
    world.check(job)
    assert world.rows("select kind, number, note from app.persons") == [("old", 1, "")]


def test_an_existing_catalogue_comes_back_exactly(world: SmallWorld) -> None:
    world.sql(EXISTING)
    before = catalogue(world)
    world.put("Person", person(1, code="a"), person(2, code="b", badge=1), person(3, badge=1))
    world.put("Visit", visit(11, of=1), visit(12, of=9))
    job = world.job(target_kind="existing")
    load(job)
    assert len(catalogue(world)) == len(before) - 8, "constraints and indexes are off"
    finalise(job)
    assert catalogue(world) == before
    assert comments(world) == [("one badge each",), ("one code each",)]
    world.check(job)
    load(job, again=True)
    finalise(job)
    assert catalogue(world) == before
    assert comments(world) == [("one badge each",), ("one code each",)]


def comments(world: SmallWorld) -> list[tuple[str, ...]]:
    return world.rows(
        "select description from pg_description where description like 'one %' order by 1"
    )


def test_a_load_that_starts_anew_half_way_loses_no_constraint(world: SmallWorld) -> None:
    world.sql(EXISTING)
    before = catalogue(world)
    job = world.job(target_kind="existing")
    load(job)
    load(job, again=True)
    load(job, again=True)
    finalise(job)
    assert catalogue(world) == before


def test_an_index_that_the_rows_break_is_named_and_the_others_stand(world: SmallWorld) -> None:
    world.sql(EXISTING)
    world.sql("create unique index only_name on app.persons (name)")
    before = catalogue(world)
    world.put("Person", person(1, name="same"), person(2, name="same"))
    job = world.job(target_kind="existing")
    load(job)
    with pytest.raises(AskOperatorError, match=r"index only_name of app\.persons cannot be put"):
        finalise(job)
    world.put("Person", person(2, name="other"))
    load(job, again=True)
    finalise(job)
    assert catalogue(world) == before


@pytest.mark.parametrize("policy", ["detach", "keep"])
def test_rows_of_others_that_refer_to_ours_stop_a_load_that_would_replace_them(
    world: SmallWorld, policy: str
) -> None:
    plain = changed(VISIT, children=[])
    job = world.job(plain, PERSON, constraints=policy)
    for statement in make_plan(job).statements:
        world.sql(statement)
    world.sql("create table app.news (person_id uuid constraint news_fk references app.persons)")
    before = catalogue(world)
    world.put("Person", person(1))
    world.put("Visit", visit(11, of=1))
    for _ in range(2):  # the other table is empty: nothing is in the way
        load(job, again=True)
        finalise(job)
        world.check(job)
    world.sql(f"insert into app.news values ('{uid(1)}')")
    with pytest.raises(AskOperatorError, match=r"rows of app\.news, .*\(news_fk\)"):
        load(job, again=True)
    assert catalogue(world) == before
    world.check(job)


def test_a_unique_constraint_that_others_rest_on_is_named(world: SmallWorld) -> None:
    world.sql(EXISTING.replace(" deferrable initially deferred", ""))
    world.sql(
        "create table app.doors (badge integer constraint doors_fk references app.persons (badge))"
    )
    before = catalogue(world)
    with pytest.raises(AskOperatorError, match=r"persons_badge of app\.persons .*app\.doors"):
        load(world.job(target_kind="existing"))
    assert catalogue(world) == before


def test_a_check_of_the_target_makes_a_reject_and_no_stop(world: SmallWorld) -> None:
    world.sql(EXISTING)
    world.put("Person", *(person(number, age=number) for number in (1, 300, 2)))
    job = world.job(target_kind="existing")
    load(job)
    finalise(job)
    assert world.numbers("app.persons") == ["1", "2"]
    assert world.rejects() == [("Person", "300", "refused-by-target", "")]
    assert world.rows("select target_table, cause from migrate.rejects") == [
        ("app.persons", "persons_age_check")
    ]
    assert world.account()["Person"].balanced


KEPT = {"constraints": "keep"}


def test_kept_constraints_are_loaded_in_the_order_of_references(world: SmallWorld) -> None:
    plain = changed(VISIT, children=[])
    world.put("Person", person(1, code="a"), person(2, code="x" * 21))
    world.put("Visit", visit(11, of=1), visit(12, of=2))
    job = world.job(plain, PERSON, constraints="keep")
    load(job)
    assert world.rows("select model, phase from migrate.parts order by 2") == [
        ("Person", 0),
        ("Visit", 1),
    ]
    finalise(job)
    world.check(job)
    assert world.rejects() == [
        ("Person", "2", "too-long", ""),
        ("Visit", "12", "orphan", ""),
    ]
    load(job, again=True)
    finalise(job)
    world.check(job)


@pytest.mark.parametrize("codes", ["aab", "aba", "baa"])
def test_under_kept_constraints_no_duplicate_wins_by_luck(world: SmallWorld, codes: str) -> None:
    world.put("Person", *(person(n, code=code) for n, code in enumerate(codes)), person("d"))
    world.put("Person", person("D"))
    world.put("Visit", *(visit(10 + n, of=n) for n in range(3)))
    job = world.job(PERSON, changed(VISIT, children=[]), constraints="keep")
    load(job)
    finalise(job)
    world.check(job)
    assert world.rows("select code from app.persons") == [("b",)]
    assert len(world.numbers("app.visits")) == 1


@pytest.mark.parametrize(
    ("mappings", "word"),
    [
        (
            [
                changed(PERSON, columns={
                    "visit_id": {"from": "v", "type": "uuid", "references": "app.visits"},
                }),
                changed(VISIT, children=[]),
            ],
            "Person -> Visit -> Person",
        ),
        (
            [changed(PERSON, columns={
                "parent_id": {"from": "p", "type": "uuid", "references": "app.persons"},
            })],
            "Person -> Person",
        ),
        ([PERSON, changed(VISIT, orphans="stop", children=[])], "app.visits.person_id"),
        ([PERSON, VISIT], r"app.visit_notes.author_id is checked by element"),
        ([changed(PERSON, duplicates="keep-first-by age")], "keep-first-by"),
    ],
)  # fmt: skip
def test_what_kept_constraints_cannot_carry_is_refused_by_name(
    world: SmallWorld, mappings: list[dict[str, object]], word: str
) -> None:
    with pytest.raises(FixInputError, match=word) as caught:
        load(world.job(*mappings, constraints="keep"))
    assert "constraints: detach" in caught.value.hint
    assert uid(1) not in str(caught.value)
