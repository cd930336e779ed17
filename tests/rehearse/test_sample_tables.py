"""Seeding: written once, made anew when something else is wanted, and never over other data."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from migrate.aws import Source, client
from migrate.errors import AskOperatorError, RetryLaterError
from migrate.rehearse.sample import GENERATOR_VERSION, generate, seed, tables, write
from migrate.rehearse.sample.definitions import sample_tables
from migrate.rehearse.sample.marker import Marker

API_ID, ENVIRONMENT = "abcdefghijklmnopqrstuvwxyz", "dev"
MARKER_TABLE = f"MigrateSample-{API_ID}-{ENVIRONMENT}"
ITEMS = 400


@pytest.fixture
def dynamodb(dynamodb_endpoint: str) -> Any:
    return client("dynamodb", Source("ap-northeast-1", dynamodb_endpoint))


@pytest.fixture
def any_dynamodb(any_dynamodb_endpoint: str) -> Any:
    return client("dynamodb", Source("ap-northeast-1", any_dynamodb_endpoint))


def _scan(dynamodb: Any, model: str) -> list[dict[str, Any]]:
    pages = dynamodb.get_paginator("scan").paginate(TableName=f"{model}-{API_ID}-{ENVIRONMENT}")
    return [item for page in pages for item in page["Items"]]


def _forbid_generating(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(items: int, seed: int) -> Any:
        raise AssertionError("the sample was written again")

    monkeypatch.setattr(tables, "generate", refuse)


def test_every_item_of_the_sample_lies_in_its_table(any_dynamodb: Any) -> None:
    dynamodb = any_dynamodb
    progress: list[int] = []
    seed(dynamodb, API_ID, ENVIRONMENT, ITEMS, 7, progress.append)
    wanted: dict[str, list[dict[str, Any]]] = {}
    for model, item in generate(ITEMS, 7):
        wanted.setdefault(model, []).append(item)
    for model, items in wanted.items():
        found = _scan(dynamodb, model)
        assert len(found) == len(items)
        assert Counter(map(repr, map(_sorted, found))) == Counter(map(repr, map(_sorted, items)))
    assert progress == sorted(progress)
    assert progress[-1] == ITEMS
    assert _scan(dynamodb, "AmplifyDataStore") == []


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    return [_sorted(element) for element in value] if isinstance(value, list) else value


def test_tables_have_streams_and_the_indexes_of_amplify(any_dynamodb: Any) -> None:
    dynamodb = any_dynamodb
    seed(dynamodb, API_ID, ENVIRONMENT, 20, 7)
    for wanted in sample_tables(API_ID, ENVIRONMENT):
        found = dynamodb.describe_table(TableName=wanted["TableName"])["Table"]
        assert found["KeySchema"] == wanted["KeySchema"]
        names = {index["IndexName"] for index in found.get("GlobalSecondaryIndexes", [])}
        assert names == {i["IndexName"] for i in wanted.get("GlobalSecondaryIndexes", [])}
        assert ("LatestStreamArn" in found) == ("StreamSpecification" in wanted)


def test_the_same_sample_is_not_written_twice(
    dynamodb: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed(dynamodb, API_ID, ENVIRONMENT, 60, 7)
    _forbid_generating(monkeypatch)
    seed(dynamodb, API_ID, ENVIRONMENT, 60, 7)


@pytest.mark.parametrize(
    "change", [{"items": 61}, {"seed": 8}, {"version": 0}, {"complete": False}]
)
def test_another_or_unfinished_sample_is_made_anew(dynamodb: Any, change: dict[str, Any]) -> None:
    seed(dynamodb, API_ID, ENVIRONMENT, 60, 7)
    stored = Marker(60, 7, GENERATOR_VERSION, complete=True)
    replace(stored, **change).store(dynamodb, MARKER_TABLE)
    leftover = {"id": {"S": "left over"}}
    dynamodb.put_item(TableName=f"User-{API_ID}-{ENVIRONMENT}", Item=leftover)
    seed(dynamodb, API_ID, ENVIRONMENT, 60, 7)
    assert leftover not in _scan(dynamodb, "User")
    assert Marker.read(dynamodb, MARKER_TABLE) == stored


def test_tables_that_no_sample_made_are_left_alone(dynamodb: Any) -> None:
    (users, *_) = sample_tables(API_ID, ENVIRONMENT)
    dynamodb.create_table(**users)
    dynamodb.put_item(TableName=users["TableName"], Item={"id": {"S": "somebody's"}})
    with pytest.raises(AskOperatorError) as refused:
        seed(dynamodb, API_ID, ENVIRONMENT, 60, 7)
    assert users["TableName"] in refused.value.message
    assert len(_scan(dynamodb, "User")) == 1


def test_aws_itself_is_refused() -> None:
    aws = client(
        "dynamodb", Source("ap-northeast-1", "https://dynamodb.ap-northeast-1.amazonaws.com")
    )
    with pytest.raises(AskOperatorError):
        seed(aws, API_ID, ENVIRONMENT, 60, 7)


class _Throttled:
    """A client that leaves the last item of every batch unwritten, `times` times."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.stored: list[dict[str, Any]] = []

    def batch_write_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        ((table, requests),) = RequestItems.items()
        if self.times and len(requests) > 0:
            self.times -= 1
            self.stored += requests[:-1]
            return {"UnprocessedItems": {table: requests[-1:]}}
        self.stored += requests
        return {"UnprocessedItems": {}}


def test_unprocessed_items_are_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "_pause", lambda attempt: None)
    throttled = _Throttled(times=3)
    written: list[int] = []
    write.write_all(throttled, [("T", {"n": i}) for i in range(60)], written.append)
    assert len(throttled.stored) == 60
    assert written[-1] == 60


def test_items_that_stay_unprocessed_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "_pause", lambda attempt: None)
    with pytest.raises(RetryLaterError):
        write.write_all(_Throttled(times=10_000), [("T", {"n": 1})])
