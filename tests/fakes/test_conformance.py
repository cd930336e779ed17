"""The fake, the embedded emulator and DynamoDB Local hold the same small suite; where an emulator
is known to differ, the table below says how, and fails once that is no longer true."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.fakes.dynamodb import FakeClock, FakeDynamoDB, serving
from tests.fakes.fake_world import TABLE, Clients, definition, item, sequences, text, told

_ENDPOINTS = ("fake", "ministack", "dynamodb-local")
_FIXTURES = {"ministack": "dynamodb_endpoint", "dynamodb-local": "dynamodb_local_endpoint"}

_KNOWN_DIFFERENCES = {
    ("ministack", "a_set_in_another_order_leaves_no_record"): "a MODIFY is recorded",
    ("ministack", "a_page_of_records_has_at_most_a_thousand"): "a higher Limit is taken",
    ("ministack", "a_listing_has_at_most_a_hundred_shards"): "a higher Limit is taken",
    ("ministack", "enabling_twice_is_refused"): "the stream is made anew, silently",
    ("ministack", "disabling_twice_is_refused"): "it is taken",
    ("ministack", "a_disabled_stream_is_not_specified"): "StreamEnabled: false is shown",
    ("ministack", "an_empty_shard_ends_where_it_starts"): "it has no numbers at all",
    ("ministack", "a_record_has_its_size"): "SizeBytes is 0",
    ("ministack", "numbers_have_no_zeros_in_front"): "filled up to 30 digits",
    ("dynamodb-local", "numbers_have_no_zeros_in_front"): "1, 2, 3 filled up to 21 digits",
    ("dynamodb-local", "children_are_asked_for"): "the filter is ignored: every shard is listed",
    ("dynamodb-local", "a_record_names_the_region"): "it is called ddblocal",
    ("dynamodb-local", "a_table_has_an_id"): "TableId is missing",
}


def changes_are_told_in_order(clients: Clients) -> None:
    clients.put(item("a", v="1"), item("a", v="2"), item("b"))
    clients.delete("a", "missing")
    clients.put(item("a", v="3"))
    records = clients.all_records()
    assert [told(record) for record in records] == [
        ("INSERT", "a"), ("MODIFY", "a"), ("INSERT", "b"), ("REMOVE", "a"), ("INSERT", "a"),
    ]  # fmt: skip
    assert sequences(records) == sorted(set(sequences(records)))


def images_are_whole(clients: Clients) -> None:
    clients.put(item("a", v="1"), item("a", v="2", w="x"))
    clients.delete("a")
    images = [
        (record["dynamodb"].get("OldImage"), record["dynamodb"].get("NewImage"))
        for record in clients.all_records()
    ]
    first, second = item("a", v="1"), item("a", v="2", w="x")
    assert images == [(None, first), (first, second), (second, None)]


def a_write_of_the_same_leaves_no_record(clients: Clients) -> None:
    clients.put({**item("a"), "n": {"N": "12.50"}}, {**item("a"), "n": {"N": "12.5"}})
    clients.dynamodb.update_item(
        TableName=TABLE,
        Key={"id": text("a")},
        UpdateExpression="SET n = :n",
        ExpressionAttributeValues={":n": {"N": "12.5"}},
    )
    [record] = clients.all_records()
    assert record["dynamodb"]["NewImage"]["n"] == {"N": "12.5"}


def a_set_in_another_order_leaves_no_record(clients: Clients) -> None:
    clients.put({**item("a"), "s": {"SS": ["x", "y"]}}, {**item("a"), "s": {"SS": ["y", "x"]}})
    assert len(clients.all_records()) == 1


def an_update_that_creates_is_one_insert(clients: Clients) -> None:
    clients.dynamodb.update_item(
        TableName=TABLE,
        Key={"id": text("a")},
        UpdateExpression="SET v = :v",
        ExpressionAttributeValues={":v": text("1")},
    )
    [record] = clients.all_records()
    assert (told(record), record["dynamodb"]["NewImage"]) == (("INSERT", "a"), item("a", v="1"))


def a_reader_goes_on_behind_its_number(clients: Clients) -> None:
    clients.put(item("a", v="1"), item("a", v="2"))
    [shard] = clients.shards()
    number = clients.all_records()[-1]["dynamodb"]["SequenceNumber"]
    iterator = clients.iterator(shard["ShardId"], "AFTER_SEQUENCE_NUMBER", number)
    page, following = clients.page(iterator)
    assert (page, following is None) == ([], False)
    clients.put(item("a", v="3"))
    assert following is not None
    assert [r["dynamodb"]["NewImage"] for r in clients.page(following)[0]] == [item("a", v="3")]


def the_first_record_has_the_starting_number(clients: Clients) -> None:
    clients.put(item("a"))
    [shard] = clients.shards()
    [record] = clients.all_records()
    start = shard["SequenceNumberRange"]["StartingSequenceNumber"]
    assert record["dynamodb"]["SequenceNumber"] == start
    behind = clients.iterator(shard["ShardId"], "AFTER_SEQUENCE_NUMBER", start)
    assert clients.page(behind)[0] == []


def disabling_closes_the_shard_at_its_last_record(clients: Clients) -> None:
    clients.put(item("a"), item("b"))
    [shard] = clients.shards()
    _, waiting = clients.page(clients.iterator(shard["ShardId"]))
    arn = clients.switch_stream(None)
    clients.put(item("unseen"))
    [closed] = clients.shards(arn)
    records = clients.all_records(arn)
    assert clients.describe(arn)["StreamStatus"] == "DISABLED"
    assert len(records) == 2
    assert int(closed["SequenceNumberRange"]["EndingSequenceNumber"]) == sequences(records)[-1]
    assert waiting is not None
    assert clients.page(waiting) == ([], None)
    first, following = clients.page(clients.iterator(shard["ShardId"], arn=arn), limit=1)
    assert (len(first), following is None) == (1, False)


def enabling_makes_another_stream(clients: Clients) -> None:
    clients.put(item("a"))
    old = clients.arn()
    clients.switch_stream(None)
    new = clients.switch_stream("NEW_AND_OLD_IMAGES")
    clients.put(item("b"))
    assert new != old
    assert new.endswith(clients.table()["LatestStreamLabel"])
    assert [told(record) for record in clients.all_records(old)] == [("INSERT", "a")]
    assert [told(record) for record in clients.all_records(new)] == [("INSERT", "b")]


def a_deleted_tables_stream_is_readable(clients: Clients) -> None:
    clients.put(item("a"))
    arn = clients.arn()
    clients.dynamodb.delete_table(TableName=TABLE)
    assert [told(record) for record in clients.all_records(arn)][:1] == [("INSERT", "a")]


def what_is_unknown_is_not_found(clients: Clients) -> None:
    unknown_shard = "shardId-00000001414562045508-2bac9cd2"
    assert _refusal(lambda: clients.iterator(unknown_shard)) == "ResourceNotFoundException"
    other = clients.arn()[:-4] + ".xyz"
    assert _refusal(lambda: clients.describe(other)) == "ResourceNotFoundException"
    assert _refusal(lambda: clients.page("no-iterator")) == "ValidationException"


def segments_are_disjoint(clients: Clients) -> None:
    names = [f"item-{number}" for number in range(30)]
    clients.put(*map(item, names))
    found = [
        one["id"]["S"]
        for segment in range(3)
        for one in clients.dynamodb.scan(TableName=TABLE, Segment=segment, TotalSegments=3)["Items"]
    ]
    assert sorted(found) == sorted(names)


def a_full_last_page_says_that_it_goes_on(clients: Clients) -> None:
    clients.put(item("a"), item("b"))
    full = clients.dynamodb.scan(TableName=TABLE, Limit=2)
    rest = clients.dynamodb.scan(TableName=TABLE, ExclusiveStartKey=full["LastEvaluatedKey"])
    assert (full["Count"], rest["Count"], "LastEvaluatedKey" in rest) == (2, 0, False)


def a_page_of_records_has_at_most_a_thousand(clients: Clients) -> None:
    [shard] = clients.shards()
    iterator = clients.iterator(shard["ShardId"])
    assert _refusal(lambda: clients.page(iterator, limit=1001)) == "ValidationException"


def a_listing_has_at_most_a_hundred_shards(clients: Clients) -> None:
    assert _refusal(lambda: clients.describe(Limit=101)) == "ValidationException"


def enabling_twice_is_refused(clients: Clients) -> None:
    assert _refusal(lambda: clients.switch_stream("NEW_IMAGE")) == "ValidationException"


def disabling_twice_is_refused(clients: Clients) -> None:
    clients.switch_stream(None)
    assert _refusal(lambda: clients.switch_stream(None)) == "ValidationException"


def a_disabled_stream_is_not_specified(clients: Clients) -> None:
    arn = clients.switch_stream(None)
    assert arn == clients.arn()
    assert "StreamSpecification" not in clients.table()


def a_stream_keeps_its_view_type(clients: Clients) -> None:
    old = clients.switch_stream(None)
    clients.switch_stream("NEW_IMAGE")
    assert clients.describe(old)["StreamViewType"] == "NEW_AND_OLD_IMAGES"


def an_empty_shard_ends_where_it_starts(clients: Clients) -> None:
    [shard] = clients.shards(clients.switch_stream(None))
    numbers = shard["SequenceNumberRange"]
    assert numbers.get("EndingSequenceNumber", "no") == numbers.get("StartingSequenceNumber")


def a_record_has_its_size(clients: Clients) -> None:
    clients.put(item("a", v="x" * 1000))
    [record] = clients.all_records()
    assert 1000 < record["dynamodb"]["SizeBytes"] < 1020


def numbers_have_no_zeros_in_front(clients: Clients) -> None:
    clients.put(item("a"))
    [record] = clients.all_records()
    assert record["dynamodb"]["SequenceNumber"][0] != "0"


def children_are_asked_for(clients: Clients) -> None:
    [shard] = clients.shards()
    wanted = {"Type": "CHILD_SHARDS", "ShardId": shard["ShardId"]}
    assert clients.shards(ShardFilter=wanted) == []


def a_record_names_the_region(clients: Clients) -> None:
    clients.put(item("a"))
    [record] = clients.all_records()
    assert record["awsRegion"] == clients.arn().split(":")[3] == "ap-northeast-1"


def a_table_has_an_id(clients: Clients) -> None:
    assert len(clients.table().get("TableId", "")) == 36


def _refusal(call: Callable[[], Any]) -> str:
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "nothing: it is taken"


_SUITE = (
    changes_are_told_in_order, images_are_whole, a_write_of_the_same_leaves_no_record,
    a_set_in_another_order_leaves_no_record, an_update_that_creates_is_one_insert,
    a_reader_goes_on_behind_its_number, the_first_record_has_the_starting_number,
    disabling_closes_the_shard_at_its_last_record, enabling_makes_another_stream,
    a_deleted_tables_stream_is_readable, what_is_unknown_is_not_found, segments_are_disjoint,
    a_full_last_page_says_that_it_goes_on, a_page_of_records_has_at_most_a_thousand,
    a_listing_has_at_most_a_hundred_shards, enabling_twice_is_refused, disabling_twice_is_refused,
    a_disabled_stream_is_not_specified, a_stream_keeps_its_view_type,
    an_empty_shard_ends_where_it_starts, a_record_has_its_size, numbers_have_no_zeros_in_front,
    children_are_asked_for, a_record_names_the_region, a_table_has_an_id,
)  # fmt: skip


@pytest.fixture(params=_ENDPOINTS)
def endpoint(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """(name, URL) of each endpoint in turn, without tables."""
    if request.param == "fake":
        with serving(FakeDynamoDB(FakeClock())) as url:
            yield request.param, url
    else:
        yield request.param, request.getfixturevalue(_FIXTURES[request.param])


@pytest.mark.parametrize("behaviour", _SUITE, ids=lambda behaviour: behaviour.__name__)
def test_every_endpoint_behaves_so_or_differs_as_known(
    endpoint: tuple[str, str], behaviour: Callable[[Clients], None]
) -> None:
    name, url = endpoint
    clients = Clients(url)
    clients.dynamodb.create_table(**definition())
    try:
        if (name, behaviour.__name__) in _KNOWN_DIFFERENCES:
            with pytest.raises(AssertionError):
                behaviour(clients)
        else:
            behaviour(clients)
    finally:
        clients.close()


def test_the_table_of_differences_names_what_is_tested() -> None:
    names = {behaviour.__name__ for behaviour in _SUITE}
    assert {name for _, name in _KNOWN_DIFFERENCES} <= names
    assert {endpoint for endpoint, _ in _KNOWN_DIFFERENCES} <= set(_ENDPOINTS) - {"fake"}
