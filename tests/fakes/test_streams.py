"""A stream is switched off and on, by us or by somebody else."""

from __future__ import annotations

import pytest

from tests.fakes.fake_world import TABLE, World, code_of, definition, item, told

_DAY_SECONDS = 24 * 3600


def test_a_disabled_stream_stays_readable_for_a_day(world: World) -> None:
    world.put(item("a"))
    world.fake.split(TABLE)
    arn = world.switch_stream(None)
    world.put(item("unseen"))
    described = world.describe(arn)
    assert described["StreamStatus"] == "DISABLED"
    assert all("EndingSequenceNumber" in s["SequenceNumberRange"] for s in described["Shards"])
    assert [told(record) for record in world.all_records(arn)] == [("INSERT", "a")]
    for shard in described["Shards"]:
        assert world.page(world.iterator(shard["ShardId"], arn=arn))[1] is None
    assert "StreamSpecification" not in world.table()

    world.clock.advance(_DAY_SECONDS - 1)
    assert world.describe(arn)["StreamStatus"] == "DISABLED"
    world.clock.advance(1)
    with pytest.raises(world.streams.exceptions.ResourceNotFoundException):
        world.describe(arn)
    assert world.streams.list_streams(TableName=TABLE)["Streams"] == []


def test_enabling_again_makes_another_stream(world: World) -> None:
    world.put(item("a"))
    old = world.arn()
    world.switch_stream(None)
    new = world.switch_stream("NEW_IMAGE")
    world.put(item("b"))
    assert new != old
    assert new.endswith("/stream/" + world.table()["LatestStreamLabel"])
    assert world.table()["StreamSpecification"]["StreamViewType"] == "NEW_IMAGE"
    assert world.describe(old)["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert not {s["ShardId"] for s in world.shards(old)} & {s["ShardId"] for s in world.shards()}
    assert [told(record) for record in world.all_records(old)] == [("INSERT", "a")]
    assert [told(record) for record in world.all_records(new)] == [("INSERT", "b")]
    listed = [s["StreamArn"] for s in world.streams.list_streams(TableName=TABLE)["Streams"]]
    assert sorted(listed) == sorted([old, new])


def test_somebody_else_can_make_the_stream_anew(world: World) -> None:
    old = world.arn()
    new = world.fake.recreate_stream(TABLE)
    assert new == world.arn() != old
    assert world.describe(new)["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert world.describe(old)["StreamStatus"] == "DISABLED"


def test_a_switch_that_changes_nothing_is_refused(world: World) -> None:
    with pytest.raises(world.dynamodb.exceptions.ClientError) as refused:
        world.switch_stream("NEW_AND_OLD_IMAGES")
    assert code_of(refused) == "ValidationException"
    world.switch_stream(None)
    with pytest.raises(world.dynamodb.exceptions.ClientError) as refused:
        world.switch_stream(None)
    assert code_of(refused) == "ValidationException"


def test_the_stream_of_a_deleted_table_stays_readable(world: World) -> None:
    world.put(item("a"))
    arn, table_id = world.arn(), world.table()["TableId"]
    world.dynamodb.delete_table(TableName=TABLE)
    assert [told(record) for record in world.all_records(arn)] == [("INSERT", "a")]
    world.dynamodb.create_table(**definition())
    assert world.table()["TableId"] != table_id
    assert world.arn() != arn


def test_streams_are_listed_in_pages(world: World) -> None:
    world.dynamodb.create_table(**definition(name="Other"))
    world.fake.recreate_stream(TABLE)
    found = []
    start: dict[str, str] = {}
    while True:
        answer = world.streams.list_streams(Limit=1, **start)
        found += [stream["TableName"] for stream in answer["Streams"]]
        if "LastEvaluatedStreamArn" not in answer:
            break
        start = {"ExclusiveStartStreamArn": answer["LastEvaluatedStreamArn"]}
    assert found == [TABLE, TABLE, "Other"]


def test_a_change_of_a_table_takes_its_time(world: World) -> None:
    world.fake.knobs.updating_describes = 2
    world.dynamodb.update_table(TableName=TABLE, StreamSpecification={"StreamEnabled": False})
    with pytest.raises(world.dynamodb.exceptions.ResourceInUseException):
        world.dynamodb.update_table(TableName=TABLE, BillingMode="PAY_PER_REQUEST")
    assert [world.table()["TableStatus"] for _ in range(3)] == ["UPDATING", "UPDATING", "ACTIVE"]
