"""A unit's rows, rejects, counts and position are one: all of them are there, or none."""

from __future__ import annotations

import dataclasses
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from migrate.errors import RetryLaterError
from migrate.ledger import locks, parts, runs
from migrate.ledger.commit import LeaseLostError, commit_unit
from migrate.ledger.parts import Claim
from migrate.ledger.units import Cost
from migrate.mapping.compile import RowFunction
from migrate.pipeline.job import Job
from migrate.pipeline.load import load
from migrate.pipeline.part_reader import PartPage
from migrate.pipeline.unit_of_items import UnitMaker, map_item, new_unit
from migrate.pipeline.worker import work
from migrate.target.connection import Connection, TransientError, connect
from tests.small_world import PERSON, SmallWorld, person, uid

pytestmark = pytest.mark.usefixtures("inline")


@pytest.fixture
def job(world: SmallWorld) -> Job:
    """A job whose run is open and has one part to do."""
    job = world.job(PERSON)
    load(job)
    world.put("Person", person(1, code="a"), person(2, code="x" * 21))
    return job


def opened(connection: Connection, job: Job) -> Claim:
    """A new run with one claimed part."""
    with connection.transaction():
        run = runs.create(connection, "local", "fingerprint", job.mapping_hashes)
        place = {"table": job.source_table("Person"), "segment": 0, "segments_total": 1}
        planned = parts.PlannedPart("Person", "segment", place)
        parts.add(connection, run.run_id, [planned])
    claim = parts.claim(connection, run.run_id, 0, uuid.uuid4())
    assert claim is not None
    return claim


def commit(connection: Connection, job: Job, claim: Claim, number: int = 1) -> None:
    """One unit of two items, of which one is a reject, at some position."""
    function = RowFunction(job.mappings[0])
    unit = new_unit(function)
    for item in (person(1, code="a"), person(2, code="x" * 21)):
        map_item(function, item, unit)
    commit_unit(connection, claim, unit, number, {"id": {"S": uid(2)}}, Cost)


def state(world: SmallWorld) -> list[Any]:
    return [
        world.numbers("app.persons"),
        world.rejects(),
        world.rows(
            "select read, loaded, rejected from migrate.units u where run_id ="
            " (select run_id from migrate.runs order by started_at desc limit 1)"
        ),
        world.rows(
            "select position is null, units from migrate.parts s join migrate.runs r"
            " using (run_id) where r.state = 'loading'"
        ),
    ]


NOTHING = [[], [], [], [(True, 0)]]
ALL = [["1"], [("Person", "2", "too-long", "")], [(2, 1, 1)], [(False, 1)]]


@pytest.mark.parametrize(
    "point",
    [
        "migrate.ledger.rejects.add",
        "migrate.ledger.units.add",
        "migrate.ledger.parts.advance",
    ],
)
@pytest.mark.parametrize("after", [False, True])
def test_a_unit_that_stops_at_any_point_leaves_nothing(
    world: SmallWorld, job: Job, monkeypatch: pytest.MonkeyPatch, point: str, after: bool
) -> None:
    with connect(job.target) as connection:
        claim = opened(connection, job)
        with monkeypatch.context() as patch:
            _stop(patch, point, after)
            with pytest.raises(_StoppedError):
                commit(connection, job, claim)
        assert state(world) == NOTHING
        commit(connection, job, claim)
        assert state(world) == ALL


def test_ordinary_rows_are_copied_in_the_order_of_a_random_key(world: SmallWorld, job: Job) -> None:
    """Whatever the order in which the source gives them, and over all pages of the unit."""
    maker = UnitMaker(job.mappings[0])
    unit = maker.new_unit()
    for numbers in ((7, 3, 9), (8, 2, 5)):
        raws = [json.dumps(person(number)).encode() for number in numbers]
        maker.take(unit, PartPage(raws, None, sum(map(len, raws))))
    assert not unit.items
    with connect(job.target) as connection:
        commit_unit(connection, opened(connection, job), unit, 1, None, Cost)
    found = [row[0] for row in world.rows("select id::text from app.persons order by ctid")]
    assert found == [uid(number) for number in (2, 3, 5, 7, 8, 9)]


def test_a_session_that_dies_in_a_unit_leaves_nothing(
    world: SmallWorld, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect(job.target) as connection:
        claim = opened(connection, job)

    def die(dying: Connection, *arguments: Any) -> bool:
        world.sql(f"select pg_terminate_backend({dying.info.backend_pid})")
        return advance(dying, *arguments)

    advance = parts.advance
    with connect(job.target) as connection:
        monkeypatch.setattr(parts, "advance", die)
        with pytest.raises(RetryLaterError):
            commit(connection, job, claim)
    assert state(world) == NOTHING


def test_a_unit_is_committed_once_whatever_was_heard_of_it(
    world: SmallWorld, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection is lost after COMMIT: the ledger's row says that it happened."""
    from migrate.pipeline import worker

    lost: list[int] = []

    def unheard(connection: Connection, *arguments: Any) -> Any:
        commit_unit(connection, *arguments)
        if not lost:
            lost.append(1)
            connection.close()
            raise TransientError("the connection was lost")

    monkeypatch.setattr(worker, "commit_unit", unheard)
    result = load(job, again=True)
    assert (lost, result.items, result.units, world.numbers("app.persons")) == ([1], 2, 1, ["1"])


def test_a_unit_that_was_rolled_back_unheard_is_written_again(
    world: SmallWorld, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost: list[int] = []
    advance = parts.advance

    def die_once(connection: Connection, *arguments: Any) -> bool:
        if len(lost) < 3:
            lost.append(1)
            world.sql(f"select pg_terminate_backend({connection.info.backend_pid})")
        return advance(connection, *arguments)

    monkeypatch.setattr(parts, "advance", die_once)
    result = load(job, again=True)
    assert (len(lost), result.items, result.units) == (3, 2, 1)
    assert world.numbers("app.persons") == ["1"]


@pytest.mark.parametrize("after", [False, True])
def test_a_session_that_dies_around_a_claim_is_opened_again(
    world: SmallWorld, job: Job, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    """The claim may have been committed unheard: then nobody else could ever take the segment."""
    claim = parts.claim
    asked: list[uuid.UUID] = []

    def dying(
        connection: Connection, run_id: str, phase: int, lease: uuid.UUID, seconds: float
    ) -> Claim | None:
        first = lease not in asked
        asked.append(lease)
        if first and after:
            claim(connection, run_id, phase, lease, seconds)
        if first:
            world.sql(f"select pg_terminate_backend({connection.info.backend_pid})")
        return claim(connection, run_id, phase, lease, seconds)

    monkeypatch.setattr(parts, "claim", dying)
    result = load(dataclasses.replace(job, segments=2), again=True)
    assert (result.items, len(asked), len(set(asked))) == (2, 4, 2)


def test_a_lost_lease_writes_nothing(world: SmallWorld, job: Job) -> None:
    with connect(job.target) as connection:
        claim = opened(connection, job)
        parts.release_all(connection, claim.run_id)
        other = parts.claim(connection, claim.run_id, 0, uuid.uuid4())
        assert other is not None
        assert other.lease != claim.lease
        with pytest.raises(LeaseLostError):
            commit(connection, job, claim)
        assert state(world) == NOTHING
        commit(connection, job, other)
        assert state(world) == ALL


def test_a_worker_of_a_run_that_was_replaced_writes_nothing_more(
    world: SmallWorld, job: Job
) -> None:
    """It may live on another machine, or hang: it must not fill the tables of the new run."""
    with connect(job.target) as connection:
        claim = opened(connection, job)
        load(job, again=True)
        before = state(world)
        with pytest.raises(LeaseLostError):
            commit(connection, job, claim)
        assert parts.claim(connection, claim.run_id, 0, uuid.uuid4()) is None
        work(job, claim.run_id, 0)
    assert state(world) == before


def test_a_unit_is_not_counted_twice(world: SmallWorld, job: Job) -> None:
    with connect(job.target) as connection:
        claim = opened(connection, job)
        commit(connection, job, claim)
        with pytest.raises(LeaseLostError):
            commit(connection, job, claim)
        forged = Claim(**{**_fields(claim), "lease": uuid.uuid4()})
        with pytest.raises(LeaseLostError):
            commit(connection, job, forged, number=2)
    assert state(world) == ALL


def test_two_commands_never_work_on_one_target(world: SmallWorld, job: Job) -> None:
    from migrate.errors import AskOperatorError

    with connect(job.target, name="migrate elsewhere") as connection:
        locks.lock(connection)
        with pytest.raises(AskOperatorError, match=r"another migrate command.*migrate elsewhere"):
            load(job, again=True)
    load(job, again=True)


@pytest.mark.parametrize("state", ["53100", "53200", "57P03", "40P01"])
def test_a_failure_that_lasts_ends_the_load_and_keeps_nothing_half_done(
    world: SmallWorld, job: Job, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    monkeypatch.setattr("migrate.pipeline.patience.RECONNECT_SECONDS_MAX", 0.5)
    world.sql(
        "create function app.fail() returns trigger language plpgsql as"
        f" $$ begin raise exception 'the value x' using errcode = '{state}'; end $$;"
        "create trigger failing before insert on app.persons for each row"
        " execute function app.fail()"
    )
    with pytest.raises(RetryLaterError) as caught:
        load(job, again=True)
    assert "value x" not in str(caught.value)
    assert world.rows("select count(*) from app.persons") == [(0,)]
    world.sql("drop trigger failing on app.persons")
    assert load(job).items == 2


def _stop(patch: pytest.MonkeyPatch, point: str, after: bool) -> None:
    from importlib import import_module

    module, name = point.rsplit(".", 1)
    function: Callable[..., Any] = getattr(import_module(module), name)

    def stopping(*arguments: Any) -> Any:
        if after:
            function(*arguments)
        raise _StoppedError

    patch.setattr(point, stopping)


def _fields(claim: Claim) -> dict[str, Any]:
    return {name: getattr(claim, name) for name in claim.__slots__}


class _StoppedError(Exception):
    """Stands for a process that ends here."""
