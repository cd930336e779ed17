"""The servers of the tests themselves: each test finds them empty."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from migrate.aws import Source, client

_KEY = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}


@pytest.mark.parametrize("time", ["first", "second"])
def test_every_test_gets_an_empty_database(postgres_url: str, time: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE TABLE left_behind (id int)")


@pytest.mark.parametrize("time", ["first", "second"])
def test_every_test_gets_an_endpoint_without_tables(any_dynamodb_endpoint: str, time: str) -> None:
    dynamodb: Any = client("dynamodb", Source("ap-northeast-1", any_dynamodb_endpoint))
    assert dynamodb.list_tables()["TableNames"] == []
    dynamodb.create_table(TableName="left-behind", **_KEY)
    dynamodb.close()
