"""Killed or cut off at any place, nothing is applied twice and nothing is left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from migrate.pipeline.job import Job
from migrate.pipeline.session import Session
from tests.follow.followed_world import FollowedWorld, content
from tests.follow.killed import POINTS, killed
from tests.small_world import notes, person, visit


def changed_world(world: FollowedWorld) -> Job:
    """A copy with changes of every outcome before it, one of them waiting already."""
    job = world.job()
    world.put("Person", person(1, code="a"), person(2, code="b"), person(3, age="x"))
    world.put("Visit", visit(10, of=1, notes=notes({"body": "x"})))
    world.start(job)
    world.change("Person", person(4, code="a"))
    world.follow(job)
    world.change("Person", person(4, code="c"), person(5, code="b"), person(3), person(6, age="x"))
    world.change("Person", person(6, age="y"), person(7, code="d"), person(2, code="e"))
    world.change("Visit", visit(10, of=2, notes=notes({"body": {"N": "1"}}, {"body": "y"})))
    world.remove("Person", 1)
    return job


def check(world: FollowedWorld, job: Job) -> None:
    result = world.follow(job)
    world.check_identity(result)
    assert (result.captured, result.applied, result.superseded) == (10, 7, 2)
    assert (result.rejected, result.deleted, result.waiting) == (1, 1, 0)
    assert world.numbers("app.persons") == ["2", "3", "4", "5", "7"]
    assert world.rows("select number, body from app.visit_notes") == [(2, "y")]
    assert [(key, rule) for _, key, rule, _ in world.rejects()] == [
        ("6", "type-mismatch"), ("10", "type-mismatch"),
    ]  # fmt: skip


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.rpartition(".")[2])
def test_a_follower_that_dies_there_leaves_all_or_nothing(
    world: FollowedWorld, point: str, after: bool
) -> None:
    job = changed_world(world)
    world.silence()
    before = content(world, job)
    died = killed(job, world.now, point, 2 if point.endswith("copies_of") else 1, after=after)
    assert died
    if point.endswith("copies_of"):
        assert content(world, job) != before  # the first batch was committed
    elif not point.endswith("try_waiting"):
        assert content(world, job) == before
    check(world, job)


def test_every_answer_of_the_server_is_lost_once(
    world: FollowedWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has committed, and the follower cannot know."""
    job = changed_world(world)
    whole = Session.run

    def run(self: Session, action: Callable[[Any], Any]) -> Any:
        lost: list[bool] = []

        def losing(connection: Any) -> Any:
            result = action(connection)
            connection.commit()
            if not lost:
                lost.append(True)
                raise psycopg.OperationalError("the connection is lost")
            return result

        return whole(self, losing)

    monkeypatch.setattr("migrate.pipeline.patience._PAUSE_SECONDS_FIRST", 0.001)
    monkeypatch.setattr(Session, "run", run)
    check(world, job)


def test_a_session_that_ends_at_its_commit_is_done_again(world: FollowedWorld) -> None:
    job = changed_world(world)
    world.sql(
        "create table app.cuts as select 2 as n;"
        "create function app.cut() returns trigger language plpgsql as $$ begin"
        # Its own transaction is rolled back: what counts must be outside of it.
        "  if (select count(*) from pg_stat_activity where application_name = 'cut') = 1 then"
        "    perform pg_terminate_backend(pid) from pg_stat_activity where application_name='cut';"
        "    perform pg_terminate_backend(pg_backend_pid());"
        "  end if; return null; end $$;"
        "create constraint trigger cut after insert or update on migrate.applied"
        " deferrable initially deferred for each row execute function app.cut()"
    )
    with psycopg.connect(world.url, application_name="cut"):
        pass
    marker = psycopg.connect(world.url, application_name="cut")
    check(world, job)
    with pytest.raises(psycopg.OperationalError):
        marker.execute("select 1")
    marker.close()
