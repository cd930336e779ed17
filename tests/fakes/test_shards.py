"""How shards split, close, are listed, and vanish."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.fake_world import TABLE, World, code_of, item, told

_DAY_SECONDS = 24 * 3600


def _ids(shards: list[dict[str, Any]]) -> list[str]:
    return [shard["ShardId"] for shard in shards]


def _ending(shard: dict[str, Any]) -> str | None:
    ending: str | None = shard["SequenceNumberRange"].get("EndingSequenceNumber")
    return ending


def test_a_split_closes_the_parent_and_its_children_share_the_hashes(world: World) -> None:
    names = [f"item-{number}" for number in range(40)]
    world.put(*(item(name, v="1") for name in names))
    parent = world.only_shard()
    children = world.fake.split(TABLE)
    world.put(*(item(name, v="2") for name in names))

    shards = {shard["ShardId"]: shard for shard in world.shards()}
    assert set(shards) == {parent, *children}
    assert [shards[child]["ParentShardId"] for child in children] == [parent, parent]
    assert "ParentShardId" not in shards[parent]
    last = world.records(parent)[-1]["dynamodb"]["SequenceNumber"]
    assert _ending(shards[parent]) == last
    assert [_ending(shards[child]) for child in children] == [None, None]

    held = [{told(record)[1] for record in world.records(child)} for child in children]
    assert all(held)
    assert held[0] | held[1] == set(names)
    assert not held[0] & held[1]


def test_a_shard_that_rolls_over_has_one_child(world: World) -> None:
    world.put(item("a", v="1"))
    parent = world.only_shard()
    [child] = world.fake.roll(TABLE)
    world.put(item("a", v="2"))
    assert {shard["ShardId"]: shard.get("ParentShardId") for shard in world.shards()} == {
        parent: None,
        child: parent,
    }
    assert [told(record) for record in world.records(child)] == [("MODIFY", "a")]


def test_one_of_several_shards_is_split_or_rolled(world: World) -> None:
    left, right = world.fake.split(TABLE)
    world.fake.roll(TABLE, left)
    world.fake.split(TABLE, right)
    parents = [shard.get("ParentShardId") for shard in world.shards()]
    assert (parents.count(left), parents.count(right)) == (1, 2)
    assert len(world.fake.roll(TABLE)) == 3, "without a name each open shard rolls over"


def test_a_stream_can_begin_with_several_shards(world: World) -> None:
    world.fake.knobs.initial_shards = 4
    world.fake.recreate_stream(TABLE)
    world.put(*(item(f"item-{number}") for number in range(40)))
    shards = world.shards()
    assert len(shards) == 4
    assert sum(len(world.records(shard["ShardId"])) for shard in shards) == 40


def test_a_closed_shard_without_records_ends_where_it_starts(world: World) -> None:
    parent = world.only_shard()
    world.fake.roll(TABLE)
    [shown] = [shard for shard in world.shards() if shard["ShardId"] == parent]
    assert _ending(shown) == shown["SequenceNumberRange"]["StartingSequenceNumber"]
    assert world.page(world.iterator(parent)) == ([], None)


def test_an_ending_may_lie_behind_the_last_record(world: World) -> None:
    world.fake.knobs.ending_beyond_last = True
    world.put(item("a"))
    parent = world.only_shard()
    world.fake.roll(TABLE)
    [shown] = [shard for shard in world.shards() if shard["ShardId"] == parent]
    [record] = world.records(parent)
    ending = _ending(shown)
    assert ending is not None
    assert int(ending) > int(record["dynamodb"]["SequenceNumber"])
    behind = world.iterator(parent, "AFTER_SEQUENCE_NUMBER", ending)
    assert world.page(behind) == ([], None)


def test_a_listing_has_pages(world: World) -> None:
    for _ in range(9):
        world.fake.split(TABLE)
    world.fake.knobs.shards_page_max = 4
    found: list[str] = []
    more: dict[str, Any] = {}
    while True:
        page = world.describe(**more)
        assert len(page["Shards"]) <= 4
        found += _ids(page["Shards"])
        if "LastEvaluatedShardId" not in page:
            break
        more = {"ExclusiveStartShardId": page["LastEvaluatedShardId"]}
    assert found == [shard.shard_id for shard in world.fake.shards(TABLE)]
    assert len(set(found)) == 19


def test_a_page_of_a_listing_has_at_most_a_hundred_shards(world: World) -> None:
    for _ in range(60):
        world.fake.split(TABLE)
    page = world.describe()
    assert len(page["Shards"]) == 100
    assert len(world.shards(ExclusiveStartShardId=page["LastEvaluatedShardId"])) == 21
    assert len(world.shards(Limit=3)) == 3
    with pytest.raises(world.streams.exceptions.ClientError) as refused:
        world.describe(Limit=101)
    assert code_of(refused) == "ValidationException"


def test_children_can_be_asked_for(world: World) -> None:
    parent = world.only_shard()
    children = world.fake.split(TABLE)
    world.fake.split(TABLE)
    wanted = {"Type": "CHILD_SHARDS", "ShardId": parent}
    assert sorted(_ids(world.shards(ShardFilter=wanted))) == sorted(children)


def test_the_filter_may_be_refused_or_ignored(world: World) -> None:
    wanted = {"Type": "CHILD_SHARDS", "ShardId": world.only_shard()}
    world.fake.split(TABLE)
    world.fake.knobs.child_shards_filter = "ignored"
    assert len(world.shards(ShardFilter=wanted)) == 3
    world.fake.knobs.child_shards_filter = "refused"
    with pytest.raises(world.streams.exceptions.ClientError) as refused:
        world.shards(ShardFilter=wanted)
    assert code_of(refused) == "ValidationException"


def test_a_new_child_can_be_missing_in_listings(world: World) -> None:
    world.fake.knobs.unlisted_calls = 2
    parent = world.only_shard()
    [child] = world.fake.roll(TABLE)
    wanted = {"Type": "CHILD_SHARDS", "ShardId": parent}
    assert _ids(world.shards()) == [parent]
    assert _ids(world.shards(ShardFilter=wanted)) == []
    assert _ids(world.shards(ShardFilter=wanted)) == [child]


def test_a_closed_parent_can_look_open_beside_its_child(world: World) -> None:
    world.fake.knobs.open_parent_calls = 2
    parent = world.only_shard()
    world.fake.roll(TABLE)
    seen = []
    for _ in range(3):
        shown = {shard["ShardId"]: _ending(shard) for shard in world.shards()}
        assert len(shown) == 2
        seen.append(shown[parent] is None)
    assert seen == [True, True, False]
    assert world.page(world.iterator(parent)) == ([], None), "reading tells that it is closed"


def test_a_closed_shard_leaves_the_listing_a_day_after_it_was_closed(world: World) -> None:
    world.put(item("a"))
    parent, arn = world.only_shard(), world.arn()
    world.clock.advance(3600)
    [child] = world.fake.roll(TABLE)
    iterator = world.iterator(parent)
    world.clock.advance(_DAY_SECONDS - 1)
    assert sorted(_ids(world.shards())) == sorted([parent, child])
    world.clock.advance(1)
    [left] = world.shards()
    assert (left["ShardId"], left["ParentShardId"]) == (child, parent)
    with pytest.raises(world.streams.exceptions.ResourceNotFoundException):
        world.iterator(parent, arn=arn)
    with pytest.raises(world.streams.exceptions.ExpiredIteratorException):
        world.page(iterator)


def test_a_closed_shard_can_vanish_with_its_last_record_under_a_reader(world: World) -> None:
    world.fake.knobs.vanishes_with_last_record = True
    world.put(item("a"))
    parent = world.only_shard()
    world.clock.advance(3600)
    world.fake.roll(TABLE)
    world.clock.advance(_DAY_SECONDS - 3601)
    iterator = world.iterator(parent)
    world.clock.advance(1)
    with pytest.raises(world.streams.exceptions.ResourceNotFoundException):
        world.page(iterator)
    assert parent not in _ids(world.shards())


def test_an_open_shard_stays_without_records(world: World) -> None:
    world.put(item("a"))
    world.clock.advance(3 * _DAY_SECONDS)
    assert world.records(world.only_shard()) == []
    world.put(item("b"))
    assert len(world.records(world.only_shard())) == 1
