"""In which order shards and streams are applied, and when a copy cannot be followed any more."""

from __future__ import annotations

import dataclasses
import threading
from datetime import timedelta

import pytest

from migrate.errors import AskOperatorError, FixInputError, RetryLaterError
from migrate.observe import Event, Note
from migrate.pipeline.finalise import finalise
from migrate.pipeline.follow import Follower
from migrate.pipeline.job import Job
from tests.follow.followed_world import FollowedWorld
from tests.small_world import PERSON, VISIT, changed, person, uid


@pytest.fixture
def job(world: FollowedWorld) -> Job:
    return world.job(PERSON)


def age(world: FollowedWorld) -> list[tuple[int]]:
    return world.rows("select age from app.persons")


def one_step(world: FollowedWorld, job: Job) -> None:
    """Apply what may be applied, and do not wait for more."""
    stop = threading.Event()

    def wait(seconds: float) -> None:
        stop.set()

    with Follower(job, now=lambda: world.now, wait=wait) as follower:
        follower.run(stop)


@pytest.mark.parametrize("batch", [1, 2000])
def test_sequence_numbers_are_numbers(world: FollowedWorld, job: Job, batch: int) -> None:
    world.start(job)
    world._sequence = 999 - 7
    world.change("Person", person(1, age=1))  # 999
    world._sequence = 1000 - 7
    world.change("Person", person(1, age=2))
    world.follow(job, batch=batch)
    assert age(world) == [(2,)]


def test_a_child_waits_until_its_parent_is_applied_to_its_end(
    world: FollowedWorld, job: Job
) -> None:
    world.start(job)
    world.change("Person", person(1, age=1))
    world.add_child("Person", "child", "s1")
    world.change("Person", person(1, age=3), shard="child")
    one_step(world, job)
    assert age(world) == [(1,)]
    world.change("Person", person(1, age=2))
    world.close("Person")
    world.follow(job, batch=1)
    assert age(world) == [(3,)]


def test_the_next_stream_waits_for_the_end_of_the_one_before(
    world: FollowedWorld, job: Job
) -> None:
    world.start(job)
    world.change("Person", person(1, age=1))
    world.pin_model("Person", 2)
    world.change("Person", person(1, age=3), number=2)
    one_step(world, job)
    assert age(world) == [(1,)]
    world.change("Person", person(1, age=2))
    world.close("Person")
    world.set_state("Person", 1, "ended")
    result = world.follow(job, batch=1)
    assert age(world) == [(3,)]
    assert result.captured == 3
    assert not result.drained  # the successor has a change


def test_drained_is_a_closed_stream_with_nothing_behind(world: FollowedWorld, job: Job) -> None:
    world.start(job)
    world.change("Person", person(1))
    world.set_state("Person", 1, "closing")
    world.close("Person")
    waits = 0

    def wait(seconds: float) -> None:
        nonlocal waits
        waits += 1
        world.set_state("Person", 1, "ended")

    result = world.follow(job, "drained", wait=wait)
    assert waits == 1
    assert result.drained
    world.pin_model("Person", 2)
    assert world.follow(job, "drained").drained


def test_a_gap_stops_its_table_only_and_says_so(world: FollowedWorld) -> None:
    job = world.job()
    events: list[Event] = []
    world.start(job)
    world.change("Person", person(1))
    world.set_state("Visit", 1, "lost", "its stream was switched off")
    result = world.follow(job, observer=events.append)
    assert result.not_followed == {"Visit": "its stream was switched off"}
    assert result.applied == 1
    notes = [one.message for one in events if isinstance(one, Note)]
    assert notes == ["Visit is not followed, copy it again: its stream was switched off"]


def test_a_gap_that_exports_mended_is_followed_again(world: FollowedWorld, job: Job) -> None:
    world.start(job)
    world.change("Person", person(1, age=1))
    world.set_state("Person", 1, "lost", "trimmed")
    world.pin_model("Person", 3)
    world.change("Person", person(1, age=3), number=3)
    with pytest.raises(AskOperatorError, match="trimmed"):
        world.follow(job)
    assert age(world) == []
    world.pin_model("Person", 2, kind="exports", shards=("exports",))
    world.change("Person", person(1, age=2), person(2), shard="exports", number=2)
    world.close("Person", "exports", 2)
    world.set_state("Person", 2, "ended")
    world.set_state("Person", 1, "mended")
    world.follow(job, batch=1)
    assert sorted(age(world), key=str) == [(3,), (None,)]


def test_a_load_that_began_before_capture_cannot_be_followed(
    world: FollowedWorld, job: Job
) -> None:
    world.load(job)
    world.pin(job)
    with pytest.raises(AskOperatorError, match="began before capture"):
        world.follow(job)


def test_nothing_is_followed_before_it_is_captured(world: FollowedWorld, job: Job) -> None:
    world.load(job)
    with pytest.raises(AskOperatorError, match="not captured"):
        world.follow(job)


def test_a_run_that_was_replaced_meanwhile_is_not_written_to(
    world: FollowedWorld, job: Job
) -> None:
    world.start(job)
    world.change("Person", person(1))
    done: list[bool] = []

    def replace(event: Event) -> None:
        if not done:
            done.append(True)
            world.sql(
                "insert into migrate.runs (run_id, profile, state, fingerprint, mapping_hashes,"
                " tool_version) select 'other', profile, 'loading', '', mapping_hashes, ''"
                " from migrate.runs"
            )

    with pytest.raises(AskOperatorError, match="replaced by another load"):
        world.follow(job, observer=replace)
    assert world.numbers("app.persons") == []


def test_a_new_run_begins_from_the_start_of_what_is_kept(world: FollowedWorld, job: Job) -> None:
    world.start(job)
    world.change("Person", person(1, age=1), person(1, age=2))
    world.follow(job)
    world.load(job, again=True)
    result = world.follow(job)
    assert (result.captured, result.applied, result.superseded) == (2, 1, 1)
    assert age(world) == [(2,)]


def test_changes_that_were_pruned_before_the_run_do_not_hold_it_up(
    world: FollowedWorld, job: Job
) -> None:
    world.start(job)
    world.change("Person", person(1, age=1))
    world.follow(job)
    world.sql("delete from migrate.changes")
    world.sql("update migrate.shards set pruned = captured")
    world.load(job, again=True)
    result = world.follow(job)
    assert (result.captured, result.pending) == (0, 0)
    world.change("Person", person(1, age=2))
    assert world.follow(job).captured == 1
    assert age(world) == [(2,)]


def test_it_waits_while_another_command_has_the_target(world: FollowedWorld, job: Job) -> None:
    from migrate.ledger import locks
    from migrate.target.connection import connect

    world.start(job)
    world.change("Person", person(1))
    other = connect(job.target)
    locks.lock(other)
    assert world.numbers("app.persons") == []
    result = world.follow(job, wait=lambda seconds: other.close())
    assert result.applied == 1


def test_only_one_follows(world: FollowedWorld, job: Job) -> None:
    world.start(job)
    with Follower(job), pytest.raises(AskOperatorError, match="another `migrate follow`"):
        world.follow(job)


def test_foreign_keys_must_be_off(world: FollowedWorld) -> None:
    job = world.job()
    world.put("Person", person(1))
    world.start(job)
    world.follow(job)
    finalise(job)
    world.change("Person", person(2))
    with pytest.raises(AskOperatorError, match="follow needs foreign keys off until the drain"):
        world.follow(job)


def test_foreign_keys_of_the_new_system_would_take_rows_along(
    world: FollowedWorld, job: Job
) -> None:
    world.start(job)
    world.sql(
        "create table app.badges (person uuid references app.persons on delete cascade);"
        f" insert into app.persons (id) values ('{uid(1)}');"
        f" insert into app.badges values ('{uid(1)}')"
    )
    world.remove("Person", 1)
    with pytest.raises(AskOperatorError, match=r"badges_person_fkey of app\.badges"):
        world.follow(job)
    assert world.rows("select count(*) from app.badges") == [(1,)]


def test_constraints_that_are_kept_cannot_be_followed(world: FollowedWorld, job: Job) -> None:
    with pytest.raises(FixInputError, match="constraints: keep"):
        world.follow(dataclasses.replace(job, constraints="keep"))


def test_rows_that_an_items_key_does_not_tell_cannot_be_followed(world: FollowedWorld) -> None:
    children = [{
        "list": "notes", "target": "app.visit_notes",
        "columns": {
            "id": {"uuid5": ["n", {"parent": "id"}, {"position": 1}], "type": "uuid", "key": True},
            "body": {"from": "body", "type": "text"},
        },
    }]  # fmt: skip
    mapping = changed(VISIT, children=children)
    with pytest.raises(FixInputError, match=r"Visit cannot be followed: the rows of app\.visit_n"):
        world.follow(world.job(mapping))


def test_nobody_captures_is_said_when_it_is_waited_for(world: FollowedWorld, job: Job) -> None:
    world.start(job)
    waited = 0

    def wait(seconds: float) -> None:
        nonlocal waited
        waited += 1
        world.now += timedelta(seconds=5)

    with (
        Follower(job, now=lambda: world.now, wait=wait) as follower,
        pytest.raises(RetryLaterError, match="no stream was read for 30 s"),
    ):
        follower.run(threading.Event(), "caught-up")
    assert 5 <= waited <= 8
