"""Items: writing, reading, batches, and what DynamoDB refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.fakes.fake_world import TABLE, World, code_of, item, text, told

_KEY = {"id": text("a")}


def _get(world: World, **more: Any) -> dict[str, Any] | None:
    found: dict[str, Any] | None = world.dynamodb.get_item(TableName=TABLE, Key=_KEY, **more).get(
        "Item"
    )
    return found


def _update(world: World, expression: str, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = world.dynamodb.update_item(
        TableName=TABLE, Key=_KEY, UpdateExpression=expression, ReturnValues="ALL_NEW", **more
    )
    updated: dict[str, Any] = answer["Attributes"]
    return updated


def test_every_type_comes_back_in_its_stored_form(world: World) -> None:
    given = {
        **item("a"),
        "n": {"N": "-012.500E2"},
        "b": {"B": b"\x00\xff"},
        "t": {"BOOL": False},
        "none": {"NULL": True},
        "l": {"L": [{"N": "1.0"}, {"M": {"x": text("")}}]},
        "m": {"M": {}},
        "ns": {"NS": ["2.0", "1"]},
        "bs": {"BS": [b"x"]},
    }
    world.put(given)
    stored = _get(world, ConsistentRead=True)
    assert stored == {
        **given,
        "n": {"N": "-1250"},
        "l": {"L": [{"N": "1"}, {"M": {"x": text("")}}]},
        "ns": {"NS": ["1", "2"]},
    }
    assert world.fake.items(TABLE)[0]["b"] == {"B": "AP8="}


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("0", "0"),
        ("-0.0", "0"),
        ("007", "7"),
        ("1E2", "100"),
        ("1.10", "1.1"),
        ("9" * 38, "9" * 38),
        ("1E-130", "0." + "0" * 129 + "1"),
    ],
)
def test_numbers_have_one_spelling(world: World, given: str, stored: str) -> None:
    world.put({**item("a"), "n": {"N": given}})
    assert world.fake.items(TABLE)[0]["n"] == {"N": stored}


@pytest.mark.parametrize(
    "attributes",
    [
        {"n": {"N": "1" * 39}},
        {"n": {"N": "1E126"}},
        {"n": {"N": "twelve"}},
        {"n": {"N": "NaN"}},
        {"s": {"SS": []}},
        {"s": {"SS": ["x", "x"]}},
        {"id": {"N": "1"}},
        {"id": {"S": ""}},
        {"large": {"S": "x" * 410_000}},
    ],
    ids=lambda attributes: next(iter(attributes)),
)
def test_what_dynamodb_refuses(world: World, attributes: dict[str, Any]) -> None:
    with pytest.raises(world.dynamodb.exceptions.ClientError) as refused:
        world.put({**item("a"), **attributes})
    assert code_of(refused) == "ValidationException"
    assert world.fake.items(TABLE) == []


def test_updates_set_remove_and_add(world: World) -> None:
    values = {":one": {"N": "1"}, ":text": text("x")}
    names = {"#name": "name"}
    more = {"ExpressionAttributeValues": values, "ExpressionAttributeNames": names}
    assert _update(world, "SET #name = :text, n = if_not_exists(n, :one) ADD c :one", **more) == {
        **item("a"),
        "name": text("x"),
        "n": {"N": "1"},
        "c": {"N": "1"},
    }
    values = {":one": {"N": "1"}}
    more = {"ExpressionAttributeValues": values, "ExpressionAttributeNames": names}
    assert _update(world, "set n = n + :one, d = c - :one remove #name, c", **more) == {
        **item("a"),
        "n": {"N": "2"},
        "d": {"N": "0"},
    }


@pytest.mark.parametrize(
    "expression",
    [
        "SET a.b = :v",
        "SET l[0] = :v",
        "SET a = missing",
        "DELETE s :v",
        "SET a = :w",
        "SET id = :v",
    ],
)
def test_an_update_that_the_fake_does_not_know_is_refused(world: World, expression: str) -> None:
    with pytest.raises(world.dynamodb.exceptions.ClientError) as refused:
        _update(world, expression, ExpressionAttributeValues={":v": text("x")})
    assert code_of(refused) == "ValidationException"


def test_conditions_guard_writes(world: World) -> None:
    new = {"TableName": TABLE, "Item": item("a", v="1")}
    world.dynamodb.put_item(**new, ConditionExpression="attribute_not_exists(id)")
    refused = world.dynamodb.exceptions.ConditionalCheckFailedException
    with pytest.raises(refused):
        world.dynamodb.put_item(**new, ConditionExpression="attribute_not_exists(id)")
    condition = {
        "ConditionExpression": "attribute_exists(id) AND #v = :v",
        "ExpressionAttributeNames": {"#v": "v"},
    }
    with pytest.raises(refused):
        world.dynamodb.delete_item(
            TableName=TABLE, Key=_KEY, **condition, ExpressionAttributeValues={":v": text("2")}
        )
    old = world.dynamodb.delete_item(
        TableName=TABLE,
        Key=_KEY,
        **condition,
        ExpressionAttributeValues={":v": text("1")},
        ReturnValues="ALL_OLD",
    )
    assert old["Attributes"] == item("a", v="1")
    assert [told(record)[0] for record in world.all_records()] == ["INSERT", "REMOVE"]


def test_what_the_fake_does_not_know_is_never_ignored(world: World) -> None:
    calls: list[Callable[[], Any]] = [
        lambda: world.dynamodb.scan(TableName=TABLE, FilterExpression="attribute_exists(id)"),
        lambda: world.dynamodb.put_item(
            TableName=TABLE, Item=item("a"), ConditionExpression="size(id) > :v"
        ),
    ]
    for call in calls:
        with pytest.raises(world.dynamodb.exceptions.ClientError) as refused:
            call()
        assert code_of(refused) == "ValidationException"
    with pytest.raises(world.dynamodb.exceptions.ClientError) as unknown:
        world.dynamodb.describe_limits()
    assert code_of(unknown) == "UnknownOperationException"


def test_a_read_that_is_not_consistent_can_be_stale(world: World) -> None:
    world.put(item("a", v="1"), item("a", v="2"))
    world.fake.knobs.stale_reads = 1
    assert _get(world, ConsistentRead=True) == item("a", v="2")
    assert _get(world) == item("a", v="1")
    assert _get(world) == item("a", v="2")
    world.delete("a")
    world.fake.knobs.stale_reads = 1
    assert _get(world) == item("a", v="2")
    assert _get(world) is None


def test_a_read_names_attributes_and_its_cost(world: World) -> None:
    world.put(item("a", v="x" * 5000, w="1"))
    answer = world.dynamodb.get_item(
        TableName=TABLE,
        Key=_KEY,
        ConsistentRead=True,
        ProjectionExpression="id, #w",
        ExpressionAttributeNames={"#w": "w"},
        ReturnConsumedCapacity="TOTAL",
    )
    assert answer["Item"] == item("a", w="1")
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 2.0


def test_batches_write_and_read_and_leave_some_for_later(world: World) -> None:
    names = [f"item-{number}" for number in range(25)]
    world.put(item("gone"))
    writes: list[dict[str, Any]] = [{"PutRequest": {"Item": item(name)}} for name in names[1:]]
    writes.append({"DeleteRequest": {"Key": {"id": text("gone")}}})
    world.fake.knobs.unprocessed_items = 2
    left = world.dynamodb.batch_write_item(RequestItems={TABLE: writes})["UnprocessedItems"]
    assert left == {TABLE: writes[:2]}
    assert world.dynamodb.batch_write_item(RequestItems=left)["UnprocessedItems"] == {}
    assert len(world.fake.items(TABLE)) == 24

    world.fake.knobs.unprocessed_items = 1
    keys = [{"id": text(name)} for name in names]
    answer = world.dynamodb.batch_get_item(RequestItems={TABLE: {"Keys": keys}})
    assert answer["UnprocessedKeys"] == {TABLE: {"Keys": keys[:1]}}
    assert len(answer["Responses"][TABLE]) == 24


def test_a_batch_with_one_key_twice_is_refused(world: World) -> None:
    writes = [{"PutRequest": {"Item": item("a")}}, {"DeleteRequest": {"Key": _KEY}}]
    with pytest.raises(world.dynamodb.exceptions.ClientError) as refused:
        world.dynamodb.batch_write_item(RequestItems={TABLE: writes})
    assert code_of(refused) == "ValidationException"


def test_the_control_side_writes_as_an_application_does(world: World) -> None:
    world.fake.put(TABLE, {**item("a"), "n": {"N": "1.0"}})
    world.fake.put(TABLE, {**item("a"), "n": {"N": "1"}})
    world.fake.items(TABLE)[0]["n"]["N"] = "a copy is changed, nothing else"
    world.fake.delete(TABLE, world.fake.items(TABLE)[0])
    assert [told(record) for record in world.all_records()] == [("INSERT", "a"), ("REMOVE", "a")]
    assert world.fake.items(TABLE) == []
