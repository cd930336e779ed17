"""Tables and their settings."""

from __future__ import annotations

import pytest

from tests.fakes.fake_world import TABLE, World, code_of, definition, item


def test_a_table_describes_itself(world: World) -> None:
    world.put(item("a"), item("b"))
    table = world.table()
    assert table["TableStatus"] == "ACTIVE"
    assert table["TableArn"].endswith(f":table/{TABLE}")
    assert table["LatestStreamArn"].startswith(table["TableArn"] + "/stream/")
    assert table["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]
    assert (table["ItemCount"], table["TableSizeBytes"]) == (2, 6)
    assert table["StreamSpecification"] == {
        "StreamEnabled": True,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }


def test_a_table_without_a_stream_has_none(world: World) -> None:
    world.dynamodb.create_table(**definition(None, "Silent"))
    described = world.dynamodb.describe_table(TableName="Silent")["Table"]
    assert not {"LatestStreamArn", "StreamSpecification"} & set(described)
    world.fake.put("Silent", item("a"))
    assert world.streams.list_streams(TableName="Silent")["Streams"] == []


def test_tables_are_listed_in_pages_and_deleted(world: World) -> None:
    for name in ("Beta", "Alpha", "Gamma"):
        world.dynamodb.create_table(**definition(None, name))
    pages = world.dynamodb.get_paginator("list_tables").paginate(PaginationConfig={"PageSize": 3})
    assert [page["TableNames"] for page in pages] == [["Alpha", "Beta", "Gamma"], [TABLE]]
    world.dynamodb.delete_table(TableName="Beta")
    assert world.dynamodb.list_tables()["TableNames"] == ["Alpha", "Gamma", TABLE]
    with pytest.raises(world.dynamodb.exceptions.ResourceNotFoundException):
        world.dynamodb.describe_table(TableName="Beta")


def test_a_name_is_taken_once_and_has_three_letters(world: World) -> None:
    with pytest.raises(world.dynamodb.exceptions.ResourceInUseException):
        world.dynamodb.create_table(**definition())
    with pytest.raises(world.dynamodb.exceptions.ClientError) as refused:
        world.dynamodb.create_table(**definition(name="No"))
    assert code_of(refused) == "ValidationException"


def test_time_to_live_and_recovery_are_described(world: World) -> None:
    def time_to_live() -> object:
        answer = world.dynamodb.describe_time_to_live(TableName=TABLE)
        return answer["TimeToLiveDescription"]

    assert time_to_live() == {"TimeToLiveStatus": "DISABLED"}
    world.dynamodb.update_time_to_live(
        TableName=TABLE, TimeToLiveSpecification={"Enabled": True, "AttributeName": "_ttl"}
    )
    assert time_to_live() == {"TimeToLiveStatus": "ENABLED", "AttributeName": "_ttl"}

    def recovery() -> dict[str, object]:
        answer = world.dynamodb.describe_continuous_backups(TableName=TABLE)
        described: dict[str, object] = answer["ContinuousBackupsDescription"][
            "PointInTimeRecoveryDescription"
        ]
        return described

    assert recovery() == {"PointInTimeRecoveryStatus": "DISABLED"}
    since = world.clock.now()
    world.dynamodb.update_continuous_backups(
        TableName=TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    world.clock.advance(3600)
    assert recovery()["PointInTimeRecoveryStatus"] == "ENABLED"
    assert recovery()["EarliestRestorableDateTime"] == since
