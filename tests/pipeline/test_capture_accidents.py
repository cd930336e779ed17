"""Whatever goes wrong between DynamoDB, capture and the ledger, nothing is lost or doubled."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes.dynamodb import ApiError
from tests.fakes.dynamodb.operations.iterators import ShardIterator
from tests.pipeline.captured_world import (
    CapturedWorld,
    calls,
    captured_world,
    meanwhile,
    running_for,
)
from tests.small_world import person, table_name, visit

PERSONS = table_name("Person")


@pytest.fixture
def world(postgres_url: str) -> Iterator[CapturedWorld]:
    with captured_world(postgres_url) as made:
        yield made


def test_an_iterator_that_expired_is_made_anew_from_the_position(world: CapturedWorld) -> None:
    world.put("Person", person(1))
    with world.capture() as process:
        process.pin()
        process.run(threading.Event(), "quiet")
        for shard in (1, 2):
            world.put("Person", person(shard, age=shard))
            world.advance(1000)
            process.run(threading.Event(), "quiet")
    assert len(calls(world, "GetShardIterator")) > 2
    world.check()


@pytest.mark.parametrize("fault", ["fail", "cut", "lose", "throttle"])
@pytest.mark.parametrize("operation", ["GetRecords", "GetShardIterator", "DescribeStream"])
def test_what_goes_wrong_on_the_way_is_tried_again(
    world: CapturedWorld, fault: str, operation: str
) -> None:
    world.put("Person", *(person(number) for number in range(5)))
    with world.capture() as process:
        process.pin()
        meanwhile(process, 5, lambda: world.fake.roll(PERSONS))
        world.put("Person", *(person(number, age=1) for number in range(5)))
        getattr(world.fake.faults, fault)(operation, 3)
        process.run(threading.Event(), "quiet")
    assert not world.fake.faults.pending()
    assert not any("GAP" in one for one in world.notes)
    world.check()


def test_throttling_slows_one_shard_down_and_says_so(world: CapturedWorld) -> None:
    with world.capture() as process:
        process.pin()
        world.fake.faults.throttle("GetRecords", 400, "LimitExceededException")
        before = len(calls(world, "GetRecords"))
        world.put("Person", person(1))
        process.run(*running_for(world, process, seconds=250))
        assert len(calls(world, "GetRecords")) - before < 80
        assert any("throttles reading shard" in one for one in world.notes)
        assert any("serves two readers" in one for one in world.notes)
    world.fake.faults._queues.clear()
    world.captured()
    world.check()


def test_tables_that_are_too_many_to_be_listed_at_once_are_listed_one_after_the_other(
    world: CapturedWorld,
) -> None:
    world.fake.faults.throttle("DescribeStream", 3, "LimitExceededException")
    with world.capture() as process:
        process.pin()
    assert not world.fake.faults.pending()
    assert [one.state for model in ("Person", "Visit") for one in world.generations(model)] == [
        "open",
        "open",
    ]
    assert not any("throttles" in one for one in world.notes)


def test_a_table_that_fails_does_not_stop_the_others(world: CapturedWorld) -> None:
    def deny(operation: str, request: dict[str, Any]) -> None:
        if operation == "GetRecords" and _is_of(world, request, "Visit"):
            raise ApiError("AccessDeniedException", "no")

    with world.capture() as process:
        process.pin()
        world.put("Person", person(1))
        world.put("Visit", visit(1, of=1))
        world.fake.before_operation = deny
        with pytest.raises(Exception, match="may not use") as failed:
            process.run(threading.Event(), "quiet")
        assert "grant it" in str(failed.value.hint)  # type: ignore[attr-defined]
        assert world.rows("select count(*) from migrate.changes") == [(1,)]
        assert any("may not use" in one for one in world.notes)
        world.fake.before_operation = None
        process.run(threading.Event(), "quiet")
    world.check()


def _is_of(world: CapturedWorld, request: dict[str, Any], model: str) -> bool:
    return table_name(model) in ShardIterator.of(request["ShardIterator"]).stream_arn


def test_a_connection_lost_while_landing_loses_and_doubles_nothing(world: CapturedWorld) -> None:
    world.fake.knobs.records_page_max = 3
    world.put("Person", *(person(number) for number in range(30)))
    with world.capture() as process:
        process.pin()
        landings = 0
        once = process._session.once

        def cut(action: Any) -> Any:
            nonlocal landings
            landings += 1
            if landings in (2, 5):
                _terminate(world)

            def and_cut(connection: Any) -> Any:
                done = action(connection)
                if landings == 3:
                    _terminate(world)
                return done

            result = once(and_cut)
            if landings == 7:
                _terminate(world)
            return result

        process._session.once = cut  # type: ignore[method-assign]
        result = process.run(threading.Event(), "quiet")
    assert landings > 7
    assert result.captured == 30
    world.check()


def _terminate(world: CapturedWorld) -> None:
    world.rows(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
        " where datname = current_database() and application_name = 'migrate capture'"
    )


def test_what_another_process_landed_is_not_landed_again(world: CapturedWorld) -> None:
    """A COMMIT whose answer was lost: the ledger's position decides."""
    world.put("Person", *(person(number) for number in range(4)))
    with world.capture() as process:
        process.pin()
        once = process._session.once
        is_first = True

        def committed_but_unknown(action: Any) -> Any:
            nonlocal is_first
            result = once(action)
            if is_first:
                is_first = False
                return None
            return result

        process._session.once = committed_but_unknown  # type: ignore[method-assign]
        assert process.run(threading.Event(), "quiet").captured == 4
    world.check()
