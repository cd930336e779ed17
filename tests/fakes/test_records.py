"""What stream records say about changes."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.fakes.dynamodb import FakeClock, FakeDynamoDB
from tests.fakes.fake_world import TABLE, World, definition, item, sequences, text, told


def test_each_change_of_an_item_is_told_once_and_in_order(world: World) -> None:
    world.put(item("a", v="1"), item("a", v="2"), item("b"))
    world.delete("a")
    world.put(item("a", v="3"))
    assert [told(record) for record in world.all_records()] == [
        ("INSERT", "a"),
        ("MODIFY", "a"),
        ("INSERT", "b"),
        ("REMOVE", "a"),
        ("INSERT", "a"),
    ]


@pytest.mark.parametrize(
    ("view_type", "images"),
    [
        ("KEYS_ONLY", set()),
        ("NEW_IMAGE", {"NewImage"}),
        ("OLD_IMAGE", {"OldImage"}),
        ("NEW_AND_OLD_IMAGES", {"NewImage", "OldImage"}),
    ],
)
def test_images_follow_the_view_type(world: World, view_type: str, images: set[str]) -> None:
    world.switch_stream(None)
    world.switch_stream(view_type)
    world.put(item("a", v="1"), item("a", v="2"))
    world.delete("a")
    inserted, modified, removed = (record["dynamodb"] for record in world.all_records())
    assert _images(inserted) == images - {"OldImage"}
    assert _images(modified) == images
    assert _images(removed) == images - {"NewImage"}
    assert {part["StreamViewType"] for part in (inserted, modified, removed)} == {view_type}
    if images == {"NewImage", "OldImage"}:
        assert (modified["OldImage"], modified["NewImage"]) == (item("a", v="1"), item("a", v="2"))


def _images(part: dict[str, Any]) -> set[str]:
    return set(part) & {"NewImage", "OldImage"}


def test_a_write_that_changes_nothing_leaves_no_record(world: World) -> None:
    world.put({**item("a"), "n": {"N": "12.50"}, "s": {"SS": ["x", "y"]}})
    world.put({**item("a"), "n": {"N": "12.5"}, "s": {"SS": ["y", "x"]}})
    world.dynamodb.update_item(
        TableName=TABLE,
        Key={"id": text("a")},
        UpdateExpression="SET n = :n REMOVE missing",
        ExpressionAttributeValues={":n": {"N": "1.25E1"}},
    )
    world.delete("missing")
    assert [told(record) for record in world.all_records()] == [("INSERT", "a")]


def test_an_update_that_creates_an_item_is_one_insert(world: World) -> None:
    world.dynamodb.update_item(
        TableName=TABLE,
        Key={"id": text("a")},
        UpdateExpression="SET v = :v",
        ExpressionAttributeValues={":v": text("1")},
    )
    [record] = world.all_records()
    assert told(record) == ("INSERT", "a")
    assert record["dynamodb"]["NewImage"] == item("a", v="1")


def test_an_expired_item_is_removed_by_the_service(world: World) -> None:
    world.put(item("a"), item("b"))
    world.fake.expire(TABLE, item("a"))
    world.delete("b")
    by_ttl, by_user = world.all_records()[2:]
    assert told(by_ttl) == ("REMOVE", "a")
    assert by_ttl["userIdentity"] == {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}
    assert "userIdentity" not in by_user


def test_times_are_whole_seconds(world: World) -> None:
    world.clock.advance(0.6)
    world.put(item("a"))
    [record] = world.all_records()
    told_at = record["dynamodb"]["ApproximateCreationDateTime"]
    assert told_at.microsecond == 0
    assert 0 < (world.clock.now() - told_at).total_seconds() < 1


def test_records_carry_their_size_their_region_and_an_id_of_their_own(world: World) -> None:
    world.put(item("a"), item("b", v="x" * 1000))
    small, large = world.all_records()
    assert small["dynamodb"]["SizeBytes"] < 10
    assert large["dynamodb"]["SizeBytes"] > 1000
    assert small["awsRegion"] == "ap-northeast-1"
    assert small["eventID"] != large["eventID"]


def test_sequence_numbers_grow_in_value_and_length(world: World) -> None:
    for number in range(300):
        world.fake.put(TABLE, item("a", v=str(number)))
    [shard] = world.shards()
    texts = [record["dynamodb"]["SequenceNumber"] for record in world.all_records()]
    assert texts[0] == shard["SequenceNumberRange"]["StartingSequenceNumber"]
    assert all(int(left) < int(right) for left, right in itertools.pairwise(texts))
    assert texts != sorted(texts), "as text they must be in a wrong order"
    assert all(21 <= len(number) <= 40 for number in texts)


def test_small_sequence_numbers_are_filled_up_with_zeros(world: World) -> None:
    world.fake.knobs.small_numbers = True
    world.fake.recreate_stream(TABLE)
    world.put(item("a"), item("b"))
    texts = [record["dynamodb"]["SequenceNumber"] for record in world.all_records()]
    assert texts == ["0" * 20 + "1", "0" * 20 + "2"]


def test_numbers_of_a_new_stream_may_be_below_those_of_the_old_one() -> None:
    found = set()
    for seed in range(20):
        fake = _table(seed)
        fake.put(TABLE, item("a"))
        before = fake.shards(TABLE)[0].numbers.last
        fake.recreate_stream(TABLE)
        fake.put(TABLE, item("b"))
        found.add(fake.shards(TABLE)[0].numbers.last > before)
    assert found == {True, False}


def test_the_same_seed_and_calls_give_the_same_records() -> None:
    def history(seed: int) -> list[Any]:
        fake = _table(seed)
        for number in range(50):
            fake.put(TABLE, item(f"item-{number % 7}", v=str(number)))
            if number % 20 == 19:
                fake.split(TABLE)
        return [
            (shard.shard_id, [record.wire for record in shard.records])
            for shard in fake.shards(TABLE)
        ]

    assert history(1) == history(1)
    assert history(1) != history(2)


def _table(seed: int) -> FakeDynamoDB:
    fake = FakeDynamoDB(FakeClock(), seed)
    fake.create_table(definition())
    fake.enable_stream(fake.table(TABLE), "NEW_AND_OLD_IMAGES")
    return fake


def test_records_of_an_item_keep_their_order_over_splits(world: World) -> None:
    names = [f"item-{number}" for number in range(20)]
    for turn in range(6):
        for name in names:
            world.fake.put(TABLE, item(name, v=str(turn)))
        world.fake.split(TABLE)
        world.fake.roll(TABLE)
    records = world.all_records()
    assert len(records) == 120
    for name in names:
        own = [record for record in records if told(record)[1] == name]
        assert [r["dynamodb"]["NewImage"]["v"]["S"] for r in own] == [str(t) for t in range(6)]
        assert sequences(own) == sorted(sequences(own)), "children go on above their parents"
