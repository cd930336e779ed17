"""Scan: segments, pages and their cost."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.fake_world import TABLE, World, code_of, item, text

_COUNT = 60


def _fill(world: World, count: int = _COUNT) -> set[str]:
    names = {f"item-{number}" for number in range(count)}
    for name in sorted(names):
        world.fake.put(TABLE, item(name))
    return names


def _pages(world: World, **more: Any) -> list[list[str]]:
    pages = []
    while True:
        answer = world.dynamodb.scan(TableName=TABLE, **more)
        pages.append([found["id"]["S"] for found in answer["Items"]])
        if "LastEvaluatedKey" not in answer:
            return pages
        more["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def test_segments_are_disjoint_and_whole(world: World) -> None:
    names = _fill(world)
    for total in (1, 2, 3, 7):
        found = [
            name
            for segment in range(total)
            for page in _pages(world, Segment=segment, TotalSegments=total, Limit=5)
            for name in page
        ]
        assert len(found) == _COUNT
        assert set(found) == names


def test_a_full_last_page_is_followed_by_an_empty_one(world: World) -> None:
    _fill(world, 6)
    assert [len(page) for page in _pages(world, Limit=3)] == [3, 3, 0]
    assert [len(page) for page in _pages(world)] == [6]
    world.fake.knobs.scan_page_items = 4
    assert [len(page) for page in _pages(world)] == [4, 2]


def test_a_page_ends_at_a_megabyte(world: World) -> None:
    for number in range(5):
        world.fake.put(TABLE, item(str(number), v="x" * 300_000))
    assert [len(page) for page in _pages(world)] == [4, 1]


@pytest.mark.parametrize("count", [0, 10])
def test_an_empty_page_does_not_end_a_segment(world: World, count: int) -> None:
    names = _fill(world, count)
    world.fake.knobs.scan_page_items = 4
    world.fake.knobs.empty_scan_pages = 3
    pages = _pages(world, Segment=0, TotalSegments=1)
    assert pages[:3] == [[], [], []]
    assert {name for page in pages for name in page} == names


def test_a_scan_goes_on_behind_an_item_that_is_gone(world: World) -> None:
    _fill(world, 9)
    first = world.dynamodb.scan(TableName=TABLE, Limit=4)
    world.fake.delete(TABLE, first["LastEvaluatedKey"])
    rest = world.dynamodb.scan(TableName=TABLE, ExclusiveStartKey=first["LastEvaluatedKey"])
    assert rest["Count"] == 5


def test_a_key_of_another_segment_is_refused(world: World) -> None:
    _fill(world)
    first = world.dynamodb.scan(TableName=TABLE, Segment=0, TotalSegments=2, Limit=1)
    with pytest.raises(world.dynamodb.exceptions.ClientError) as refused:
        world.dynamodb.scan(
            TableName=TABLE,
            Segment=1,
            TotalSegments=2,
            ExclusiveStartKey=first["LastEvaluatedKey"],
        )
    assert code_of(refused) == "ValidationException"


def test_a_page_says_what_it_cost(world: World) -> None:
    world.put(item("a", v="x" * 10_000))
    more = {"TableName": TABLE, "ReturnConsumedCapacity": "TOTAL"}
    consistent = world.dynamodb.scan(ConsistentRead=True, **more)
    assert consistent["ConsumedCapacity"] == {"TableName": TABLE, "CapacityUnits": 3.0}
    assert world.dynamodb.scan(**more)["ConsumedCapacity"]["CapacityUnits"] == 1.5
    assert "ConsumedCapacity" not in world.dynamodb.scan(TableName=TABLE)


def test_items_of_one_partition_key_stay_in_one_segment(world: World) -> None:
    world.dynamodb.create_table(
        TableName="Sorted",
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "at", "AttributeType": "N"},
        ],
        KeySchema=[
            {"AttributeName": "id", "KeyType": "HASH"},
            {"AttributeName": "at", "KeyType": "RANGE"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    for number in range(40):
        world.fake.put("Sorted", {"id": text(f"{number % 8}"), "at": {"N": str(number)}})
    found: list[set[str]] = []
    for segment in range(4):
        answer = world.dynamodb.scan(TableName="Sorted", Segment=segment, TotalSegments=4)
        found.append({one["id"]["S"] for one in answer["Items"]})
    assert sum(map(len, found)) == len(set[str]().union(*found)) == 8
