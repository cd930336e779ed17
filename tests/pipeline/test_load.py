"""A load: what it counts, what it commits, how it goes on, and when it refuses to."""

from __future__ import annotations

from typing import Any

import pytest

from migrate.errors import AskOperatorError
from migrate.observe import Event, Note
from migrate.pipeline.finalise import finalise
from migrate.pipeline.job import Job
from migrate.pipeline.load import LoadResult, load
from migrate.pipeline.plan import make_plan
from migrate.pipeline.retry import retry
from migrate.pipeline.verify import verify
from tests.small_world import PERSON, VISIT, SmallWorld, changed, notes, person, uid, visit

MIXED = [
    person(1, code="a", age=30),
    person(2, code="b", _deleted=True),
    person(3, code="c", kind="TEST"),
    person(4, code="c" * 21),
    person(5, surprise="x"),
]


def test_every_item_is_loaded_a_tombstone_filtered_or_rejected(world: SmallWorld) -> None:
    world.put("Person", *MIXED)
    world.put("Visit", visit(11, of=1, notes=notes({"body": "x"}, {"body": {"N": "1"}})))
    result = load(world.job(workers=2))
    counts = (result.items, result.rows, result.tombstones, result.filtered, result.rejected)
    assert counts == (6, 3, 1, 1, 2)
    assert result.balanced
    assert result.units == 2
    assert result.resumed_units == 0
    assert result.client_cpu_seconds > 0
    assert result.peak_rss_megabytes > 1
    assert world.rejects() == [
        ("Person", "4", "too-long", ""),
        ("Person", "5", "unknown-attribute", ""),
        ("Visit", "11", "type-mismatch", "1"),
    ]
    finalise(world.job())
    world.check(world.job())


def test_a_small_copy_is_equal_on_either_emulator(
    postgres_url: str, any_dynamodb_endpoint: str
) -> None:
    world = SmallWorld(postgres_url, any_dynamodb_endpoint)
    world.put("Person", *MIXED, person(6, code="d", badge=1), person(7, code="d"))
    world.put(
        "Visit",
        visit(11, of=1, notes=notes({"body": "x"}, {"author": uid(4), "body": "y"})),
        visit(12, of=4, title="orphan"),
    )
    job = world.job(segments=3)
    load(job)
    finalise(job)
    world.check(job)
    assert world.rejects() == [
        ("Person", "4", "too-long", ""),
        ("Person", "5", "unknown-attribute", ""),
        ("Person", "6", "duplicate", ""),
        ("Person", "7", "duplicate", ""),
        ("Visit", "11", "orphan", "1"),
        ("Visit", "12", "orphan", ""),
    ]
    world.put("Person", person(4, code="e"))
    assert retry(job).loaded == 3
    world.check(job)


@pytest.mark.usefixtures("inline")
@pytest.mark.parametrize("items", [0, 1])
def test_more_segments_than_items_are_fine(world: SmallWorld, items: int) -> None:
    world.put("Person", *(person(number) for number in range(items)))
    job = world.job(segments=16)
    assert load(job).items == items
    finalise(job)
    world.check(job)
    assert world.rows("select count(*) from migrate.parts where not finished") == [(0,)]


@pytest.mark.usefixtures("inline")
def test_a_table_of_many_pages_arrives_whole_and_in_units(world: SmallWorld) -> None:
    """Pages hold 1 MB at most; a unit is as many as its bytes allow, and at least one."""
    world.put("Person", *(person(n, name={"NULL": True}, **_bulk()) for n in range(40)))
    wide = _wide()
    job = world.job(wide, unit_bytes_max=1)
    result = load(job)
    assert (result.items, result.rejected) == (40, 0)
    assert result.units >= 4
    assert load(world.job(wide, unit_bytes_max=10**9), again=True).units == 1
    assert world.rows("select count(*), sum(length(code)) from app.persons") == [(40, 40 * 90_000)]


@pytest.mark.usefixtures("inline")
def test_an_attribute_that_only_the_last_item_has_is_not_lost(world: SmallWorld) -> None:
    """Other tools took their columns from the first page."""
    world.put("Person", *(person(n, **_bulk()) for n in range(30)))
    load(world.job(_wide()))
    last = _last_of_scan(world)
    world.put("Person", {**last, "age": {"N": "7"}})
    load(world.job(_wide()), again=True)
    assert world.rows(f"select age from app.persons where id = '{last['id']['S']}'") == [(7,)]
    world.put("Person", {**last, "strange": {"S": "x"}})
    assert load(world.job(_wide()), again=True).rejected == 1


@pytest.mark.usefixtures("inline")
def test_a_load_goes_on_inside_a_segment(
    world: SmallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put("Person", *(person(n, **_bulk()) for n in range(40)))
    job = world.job(_wide(), unit_bytes_max=1)
    _stop_after_units(monkeypatch, 2)
    with pytest.raises(_StoppedError):
        load(job)
    committed = world.rows("select count(*) from app.persons")[0][0]
    assert 0 < committed < 40
    assert world.rows("select units, finished, position is null from migrate.parts") == [
        (2, False, False)
    ]
    monkeypatch.undo()
    with monkeypatch.context() as again:
        again.setattr("migrate.pipeline.engines.processes.run_workers", _inline)
        result = load(job)
    assert result.items == 40
    assert result.resumed_units == result.units - 2
    finalise(job)
    world.check(job)


@pytest.mark.usefixtures("inline")
def test_a_finished_load_is_not_done_again_unless_asked(world: SmallWorld) -> None:
    world.put("Person", person(1))
    first = load(world.job())
    world.put("Person", person(2))
    notes_seen: list[Event] = []
    second = load(world.job(), observer=notes_seen.append)
    assert Note(f"run {first.run_id} was loaded before; --again starts anew") in notes_seen
    assert (second.run_id, second.items, second.units) == (first.run_id, 1, first.units)
    third = load(world.job(), again=True)
    assert third.run_id != first.run_id
    assert (third.items, world.numbers("app.persons")) == (2, ["1", "2"])


@pytest.mark.usefixtures("inline")
def test_a_changed_mapping_is_named_and_needs_a_decision(world: SmallWorld) -> None:
    world.put("Person", person(1))
    load(world.job())
    other = changed(PERSON, leave={"more": "gone"})
    with pytest.raises(AskOperatorError, match=r"is in the target.*changed: Person") as caught:
        load(world.job(other, VISIT))
    assert "--again" in caught.value.hint
    with pytest.raises(AskOperatorError, match="other mappings"):
        finalise(world.job(other, VISIT))
    with pytest.raises(AskOperatorError, match="other mappings"):
        verify(world.job(other, VISIT))
    assert load(world.job(other, VISIT), again=True).items == 1


@pytest.mark.usefixtures("inline")
def test_source_tables_made_anew_are_no_continuation(world: SmallWorld) -> None:
    load(world.job())
    world.drop_table("Person")
    world.create_table("Person")
    with pytest.raises(AskOperatorError, match="the source tables were made anew"):
        load(world.job())


@pytest.mark.usefixtures("inline")
def test_rows_that_no_run_made_are_replaced_only_when_asked(world: SmallWorld) -> None:
    world.put("Person", person(1))
    job = world.job()
    _create_target(job, world)
    world.sql(f"insert into app.persons (id) values ('{uid(9)}')")
    with pytest.raises(AskOperatorError, match=r"app\.persons \(1\)") as caught:
        load(job)
    assert "--replace" in caught.value.hint
    assert world.numbers("app.persons") == ["9"]
    load(job, replace=True)
    assert world.numbers("app.persons") == ["1"]


@pytest.mark.usefixtures("inline")
def test_rows_outside_of_what_a_mapping_owns_stay(world: SmallWorld) -> None:
    owner = changed(PERSON, owns={"where": "origin = 'old'"}, columns={
        "origin": {"value": "old", "type": "text", "required": True},
    })  # fmt: skip
    world.put("Person", person(1), person(2, code="new"))
    job = world.job(owner)
    _create_target(job, world)
    world.sql(
        f"insert into app.persons (id, code, origin) values ('{uid(9)}', 'new', 'new system')"
    )
    load(job, again=True)
    load(job, again=True)
    assert world.numbers("app.persons") == ["1", "2", "9"]


@pytest.mark.usefixtures("inline")
def test_finalise_and_validate_ask_for_a_load_first(world: SmallWorld) -> None:
    for use_case in (finalise, verify, retry):
        with pytest.raises(AskOperatorError, match="nothing was loaded"):
            use_case(world.job())


def _wide() -> dict[str, Any]:
    return changed(PERSON, columns={"code": {"from": "code", "type": "text"}})


def _bulk() -> dict[str, Any]:
    return {"code": "x" * 90_000}


def _last_of_scan(world: SmallWorld) -> dict[str, Any]:
    from migrate.item.decode import decoded
    from migrate.source.scan import scan_client, scan_segment
    from tests.small_world import table_name

    pages = list(scan_segment(scan_client(world.source), table_name("Person"), 0, 1))
    assert len(pages) >= 3
    last: dict[str, Any] = [decoded(raw) for page in pages for raw in page.items][-1]
    return last


def _create_target(job: Job, world: SmallWorld) -> None:
    for statement in make_plan(job).statements:
        world.sql(statement)


class _StoppedError(Exception):
    """Stands for a process that ends here."""


def _inline(count: int, task: Any, arguments: Any, **callbacks: Any) -> None:
    task(*arguments)


def _stop_after_units(monkeypatch: pytest.MonkeyPatch, units_max: int) -> None:
    from migrate.ledger.commit import commit_unit
    from migrate.pipeline import worker

    done: list[LoadResult | None] = []

    def stopping(*arguments: Any) -> Any:
        if len(done) == units_max:
            raise _StoppedError
        done.append(None)
        return commit_unit(*arguments)

    monkeypatch.setattr(worker, "commit_unit", stopping)
