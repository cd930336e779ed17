"""The judgement of a whole load: what goes, what stays, and the same end however often it runs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from migrate.errors import AskOperatorError
from migrate.pipeline.finalise import finalise
from migrate.pipeline.job import Job
from migrate.pipeline.load import load
from tests.small_world import PERSON, VISIT, SmallWorld, changed, notes, person, uid, visit

pytestmark = pytest.mark.usefixtures("inline")

KEEP_FIRST = changed(PERSON, duplicates="keep-first-by age")


def finished(world: SmallWorld, job: Job) -> None:
    load(job)
    finalise(job)
    world.check(job)


def test_all_items_that_share_a_unique_value_are_rejected(world: SmallWorld) -> None:
    world.put("Person", person(1, code="a"), person(2, code="a"), person(3, code="b"), person(4))
    finished(world, world.job(PERSON))
    assert world.numbers("app.persons") == ["3", "4"]
    assert world.rejects() == [("Person", "1", "duplicate", ""), ("Person", "2", "duplicate", "")]


def test_duplicates_do_not_depend_on_the_order_of_unique_columns(world: SmallWorld) -> None:
    """2 shares a code with 1 and a badge with 3: both partners go, whichever is judged first."""
    world.put(
        "Person",
        person(1, code="a"),
        person(2, code="a", badge=7),
        person(3, code="b", badge=7),
        person(4, code="c", badge=8),
    )
    finished(world, world.job(PERSON))
    assert world.numbers("app.persons") == ["4"]


def test_the_first_of_several_duplicates_stays(world: SmallWorld) -> None:
    world.put(
        "Person",
        person(1, code="a", age=30),
        person(2, code="a", age=20),
        person(3, code="b", age=5),
        person(4, code="b", age=5),
        person(5, code="c"),
        person(6, code="c", age=99),
    )
    finished(world, world.job(KEEP_FIRST))
    assert world.numbers("app.persons") == ["2", "3", "6"]
    assert [number for _, number, _, _ in world.rejects()] == ["1", "4", "5"]


def test_the_first_stays_only_where_it_is_first_in_every_unique_column(world: SmallWorld) -> None:
    world.put(
        "Person",
        person(1, code="a", age=1),
        person(2, code="a", badge=7, age=2),
        person(3, code="b", badge=7, age=3),
    )
    finished(world, world.job(KEEP_FIRST))
    assert world.numbers("app.persons") == ["1"]


def test_models_that_share_a_table_lose_duplicates_of_both(
    postgres_url: str, dynamodb_endpoint: str
) -> None:
    world = SmallWorld(postgres_url, dynamodb_endpoint, ["Person", "Guest"])
    guest = changed(PERSON, source={"model": "Guest"}, leave={})
    world.put("Person", person(1, code="a"), person(2, code="b"))
    world.put("Guest", person(11, code="a"), person(12, code="c"))
    finished(world, world.job(PERSON, guest))
    assert world.numbers("app.persons") == ["2", "12"]


@pytest.mark.parametrize("order", [("a", "A"), ("A", "a")])
def test_one_id_in_two_spellings_is_rejected_twice(
    world: SmallWorld, order: tuple[str, str]
) -> None:
    world.put("Person", *(person(spelling) for spelling in order), person("b"))
    finished(world, world.job(PERSON))
    assert world.numbers("app.persons") == ["b"]
    assert world.rejects() == [("Person", "A", "key-clash", ""), ("Person", "a", "key-clash", "")]


def test_items_are_found_whatever_the_type_of_their_key(world: SmallWorld) -> None:
    """The row holds a number, the key at the source is text."""
    numbered = changed(PERSON, columns={
        "id": {"from": "id", "type": "integer", "key": True, "as": "number-text"},
    })  # fmt: skip
    for number in ("1", "2", "3"):
        world.put("Person", {"id": {"S": number}, "code": {"S": "ab"[number == "3"]}})
    finished(world, world.job(numbered))
    assert world.rows("select id from app.persons") == [(3,)]


def test_orphans_go_until_none_is_left(world: SmallWorld) -> None:
    """A rejected person takes visits along, and those take the visits that follow them."""
    following = changed(VISIT, columns={
        "after_id": {"from": "after", "type": "uuid", "references": "app.visits"},
    })  # fmt: skip
    world.put("Person", person(1, code="x" * 21), person(2))
    world.put(
        "Visit",
        visit(11, of=1),
        visit(12, of=2, after=uid(11)),
        visit(13, of=2, after=uid(12)),
        visit(14, of=2),
        visit(15, of=2, after=uid(14)),
        visit(16, of=2, after=uid(16)),
    )
    finished(world, world.job(PERSON, following))
    assert world.numbers("app.visits") == ["14", "15", "16"]
    assert {rule for _, _, rule, _ in world.rejects()} == {"too-long", "orphan"}


def test_the_cause_of_an_orphan_is_the_table_that_lacks_its_row(world: SmallWorld) -> None:
    world.put("Visit", visit(11, of=1))
    finished(world, world.job())
    assert world.rows("select target_table, target_column, cause from migrate.rejects") == [
        ("app.visits", "person_id", "no row in app.persons")
    ]


def test_an_orphaned_reference_becomes_null_where_the_mapping_says_so(world: SmallWorld) -> None:
    optional = {"from": "person", "type": "uuid", "references": "app.persons", "orphans": "null"}
    world.put("Person", person(1))
    world.put("Visit", visit(11, of=1), visit(12, of=9))
    finished(world, world.job(PERSON, changed(VISIT, columns={"person_id": optional})))
    assert world.numbers("app.visits", "coalesce(person_id::text, '')") == ["", "1"]
    assert world.rejects() == []


def test_orphans_stop_the_run_where_the_mapping_says_so(world: SmallWorld) -> None:
    world.put("Visit", visit(11, of=1))
    job = world.job(PERSON, changed(VISIT, orphans="stop"))
    load(job)
    with pytest.raises(AskOperatorError, match=r"1 rows of app\.visits point to no row") as caught:
        finalise(job)
    assert "orphans: stop" in caught.value.hint
    assert world.numbers("app.visits") == ["11"]
    world.put("Person", person(1))
    load(job, again=True)
    finalise(job)
    world.check(job)


def test_an_orphaned_element_goes_alone_where_the_list_allows_it(world: SmallWorld) -> None:
    world.put("Person", person(1))
    entries = notes({"body": "a"}, {"body": "b", "author": uid(9)}, {"body": "c", "author": uid(1)})
    world.put("Visit", visit(11, of=1, notes=entries))
    finished(world, world.job())
    assert world.rejects() == [("Visit", "11", "orphan", "1")]
    assert world.rows("select number, body from app.visit_notes order by 1") == [
        (1, "a"),
        (3, "c"),
    ]


def test_an_orphaned_element_takes_its_item_along_by_default(world: SmallWorld) -> None:
    strict = changed(VISIT, children=[{**VISIT["children"][0], "bad_element": "item"}])
    world.put("Person", person(1))
    world.put("Visit", visit(11, of=1, notes=notes({"body": "b", "author": uid(9)})))
    finished(world, world.job(PERSON, strict))
    assert world.rejects() == [("Visit", "11", "orphan", "")]


def test_an_item_that_goes_after_one_of_its_elements_is_one_reject(world: SmallWorld) -> None:
    """The second pass finds the visit an orphan when one of its notes was rejected already."""
    world.put("Person", person(1), person(2, code="x" * 21))
    world.put(
        "Visit",
        visit(11, of=1, notes=notes({"body": "a", "author": uid(2)}, {"body": {"N": "1"}})),
        visit(12, of=2, notes=notes({"body": "a", "author": uid(2)}, {"body": "b"})),
    )
    finished(world, world.job())
    assert world.rejects() == [
        ("Person", "2", "too-long", ""),
        ("Visit", "11", "orphan", "0"),
        ("Visit", "11", "type-mismatch", "1"),
        ("Visit", "12", "orphan", ""),
    ]


def test_an_interrupted_judgement_comes_to_the_same_end(
    world: SmallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped before each of its changes in turn, and then run again."""
    fill_with_everything(world)
    job = world.job()
    load(job)
    total = interrupted_at(job, monkeypatch, 1000)
    assert total >= 5
    expected = end_state(world)
    for place in range(total):
        load(job, again=True)
        assert interrupted_at(job, monkeypatch, place) == place
        finalise(job)
        assert end_state(world) == expected, f"stopped before change {place}"
    world.check(job)


def test_a_judgement_that_is_repeated_changes_nothing(world: SmallWorld) -> None:
    fill_with_everything(world)
    job = world.job()
    load(job)
    finalise(job)
    before = end_state(world)
    assert finalise(job).rejected == 0
    assert end_state(world) == before


def fill_with_everything(world: SmallWorld) -> None:
    world.put(
        "Person",
        person(1, code="a"),
        person(2, code="a", badge=7),
        person(3, code="b", badge=7),
        person(4),
        person("d"),
        person("D"),
        person(5, code="x" * 21),
    )
    world.put(
        "Visit",
        visit(11, of=1),
        visit(12, of=4, notes=notes({"body": "x", "author": uid("d")}, {"body": "y"})),
        visit(13, of=5, notes=notes({"body": "x", "author": uid(5)})),
        visit(14, of=4),
    )


def end_state(world: SmallWorld) -> Any:
    tables = ("app.persons", "app.visits")
    return [world.numbers(table) for table in tables], world.rejects(), world.account()


def interrupted_at(job: Job, monkeypatch: pytest.MonkeyPatch, place: int) -> int:
    """Finalise, stopped inside its change number `place`. Returns how many came before."""
    from migrate.ledger import units
    from migrate.target import constraints

    seen: list[str] = []

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any) -> Any:
            if "attach" not in seen:  # one stop among the constraints is enough
                if len(seen) == place:
                    raise _StoppedError
                seen.append(function.__name__)
            return function(*arguments)

        return called

    with monkeypatch.context() as patch, suppress(_StoppedError):
        patch.setattr(units, "add", counted(units.add))
        patch.setattr(constraints, "attach", counted(constraints.attach))
        finalise(job)
    return len(seen)


class _StoppedError(Exception):
    """Stands for a process that ends here."""
