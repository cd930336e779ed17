"""What goes wrong between a client and the fake, by script."""

from __future__ import annotations

import http.client
import json
import threading
import zlib
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ConnectionClosedError, HTTPClientError, ResponseStreamingError

from migrate.aws import Source, client
from tests.fakes.dynamodb import ApiError, FakeClock, FakeDynamoDB, serving
from tests.fakes.fake_world import REGION, TABLE, World, code_of, definition, item


def test_an_operation_is_throttled_so_many_times(world: World) -> None:
    world.fake.faults.throttle("PutItem", times=2)
    for _ in range(2):
        with pytest.raises(world.dynamodb.exceptions.ProvisionedThroughputExceededException):
            world.put(item("a"))
    assert world.fake.items(TABLE) == []
    world.put(item("a"))
    assert world.fake.faults.pending() == 0


def test_a_client_that_tries_again_gets_through(world: World) -> None:
    patient = client("dynamodb", Source(REGION, world.endpoint))
    world.fake.faults.throttle("PutItem", times=1, code="ThrottlingException")
    patient.put_item(TableName=TABLE, Item=item("a"))
    patient.close()
    assert [call.operation for call in world.fake.calls].count("PutItem") == 2
    assert len(world.fake.items(TABLE)) == 1


def test_an_error_can_come_with_or_without_the_write(world: World) -> None:
    world.fake.faults.fail("PutItem")
    world.fake.faults.fail_after_write("PutItem")
    with pytest.raises(world.dynamodb.exceptions.InternalServerError):
        world.put(item("never"))
    with pytest.raises(world.dynamodb.exceptions.InternalServerError):
        world.put(item("done"))
    assert world.fake.items(TABLE) == [item("done")]


def test_an_answer_can_be_lost_after_the_write(world: World) -> None:
    world.fake.faults.lose("PutItem")
    with pytest.raises(ConnectionClosedError):
        world.put(item("done"))
    assert world.fake.items(TABLE) == [item("done")]
    world.put(item("next"))


def test_an_answer_can_break_off_in_the_middle(world: World) -> None:
    world.put(item("a", v="x" * 10_000))
    world.fake.faults.cut("Scan")
    with pytest.raises((HTTPClientError, ResponseStreamingError)):
        world.dynamodb.scan(TableName=TABLE)
    assert world.dynamodb.scan(TableName=TABLE)["Count"] == 1


def test_any_error_can_be_answered_to_any_operation(world: World) -> None:
    world.fake.faults.answer("*", ApiError("AccessDeniedException", "no"))
    with pytest.raises(world.streams.exceptions.ClientError) as refused:
        world.streams.list_streams()
    assert code_of(refused) == "AccessDeniedException"


@pytest.mark.parametrize(("after", "held_items"), [(False, 0), (True, 1)])
def test_a_call_is_held_until_the_test_lets_it_go(
    world: World, after: bool, held_items: int
) -> None:
    gate = world.fake.faults.hold("PutItem", after=after)
    writer = threading.Thread(target=world.put, args=(item("a"),))
    writer.start()
    gate.wait_until_reached()
    assert len(world.fake.items(TABLE)) == held_items, "other calls go on meanwhile"
    assert world.dynamodb.scan(TableName=TABLE)["Count"] == held_items
    gate.release()
    writer.join()
    assert len(world.fake.items(TABLE)) == 1


def test_a_slow_answer_comes_in_the_end(world: World) -> None:
    world.fake.faults.slow("PutItem", 0.01)
    world.put(item("a"))
    assert len(world.fake.items(TABLE)) == 1


def test_the_end_of_the_server_lets_slow_and_held_calls_go() -> None:
    fake = FakeDynamoDB(FakeClock())
    with serving(fake) as endpoint:
        fake.faults.slow("ListTables", 3600)
        held = fake.faults.hold("ListStreams")
        threads = [
            threading.Thread(target=_call_in_vain, args=(endpoint, target))
            for target in ("DynamoDB_20120810.ListTables", "DynamoDBStreams_20120810.ListStreams")
        ]
        for thread in threads:
            thread.start()
        held.wait_until_reached()
    for thread in threads:
        thread.join()


def _call_in_vain(endpoint: str, target: str) -> None:
    with suppress(OSError, http.client.HTTPException):
        _raw(endpoint, target, b"{}")


def test_the_hook_may_change_the_world_before_an_operation(world: World) -> None:
    world.put(item("a"))
    shard = world.only_shard()

    def roll_before_reading(operation: str, request: dict[str, Any]) -> None:
        if operation == "GetRecords":
            world.fake.before_operation = None
            world.fake.put(TABLE, item("b"))
            world.fake.roll(TABLE)

    world.fake.before_operation = roll_before_reading
    records, following = world.page(world.iterator(shard))
    assert (len(records), following) == (2, None)


def test_a_hook_that_breaks_is_told_at_the_end() -> None:
    fake = FakeDynamoDB(FakeClock())

    def broken(operation: str, request: dict[str, Any]) -> None:
        raise LookupError("a defect of the test")

    fake.before_operation = broken
    with pytest.raises(LookupError, match="defect of the test"):
        _one_failing_call(fake)


def _one_failing_call(fake: FakeDynamoDB) -> None:
    with serving(fake) as endpoint:
        assert _raw(endpoint, "DynamoDB_20120810.ListTables", b"{}")[0] == 500


def test_calls_are_kept_with_the_clocks_time(world: World) -> None:
    world.fake.calls.clear()
    world.clock.advance(5)
    world.put(item("a"))
    [call] = world.fake.calls
    assert (call.operation, call.request["Item"], call.at) == (
        "PutItem",
        item("a"),
        world.clock.now(),
    )


def test_answers_and_errors_have_the_form_of_the_wire() -> None:
    fake = FakeDynamoDB(FakeClock())
    with serving(fake) as endpoint:
        target = "DynamoDB_20120810.CreateTable"
        status, headers, body = _raw(endpoint, target, json.dumps(definition()).encode())
        assert status == 200
        assert headers["x-amz-crc32"] == str(zlib.crc32(body))
        assert headers["Content-Type"] == "application/x-amz-json-1.0"
        request = json.dumps({"StreamArn": "arn:aws:nothing"}).encode()
        status, _, body = _raw(endpoint, "DynamoDBStreams_20120810.DescribeStream", request)
        assert (status, json.loads(body)["__type"]) == (
            400,
            "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",
        )
        for wrong in (b"{", b"[]"):
            status, _, body = _raw(endpoint, target, wrong)
            assert status == 400
            assert json.loads(body)["__type"].endswith("#SerializationException")


def _raw(endpoint: str, target: str, body: bytes) -> tuple[int, Any, bytes]:
    connection = http.client.HTTPConnection(str(urlsplit(endpoint).netloc), timeout=30)
    try:
        connection.request("POST", "/", body, {"X-Amz-Target": target})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def test_an_endpoint_can_come_back_at_its_port(world: World) -> None:
    fake = FakeDynamoDB(FakeClock())
    with serving(fake) as endpoint:
        port = urlsplit(endpoint).port
        assert port is not None
    with pytest.raises(ConnectionRefusedError):
        _raw(endpoint, "DynamoDB_20120810.ListTables", b"{}")
    with serving(fake, port):
        assert _raw(endpoint, "DynamoDB_20120810.ListTables", b"{}")[0] == 200


def test_many_clients_at_once_lose_nothing(world: World) -> None:
    def write(writer: int) -> None:
        for number in range(25):
            world.put(item(f"{writer}-{number % 5}", v=str(number)))

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in writers:
        thread.start()
    for _ in range(5):
        world.fake.split(TABLE)
    for thread in writers:
        thread.join()
    assert len(world.all_records()) == 100
    assert len(world.fake.items(TABLE)) == 20


def test_a_clock_can_go_on_by_itself() -> None:
    clock = FakeClock(runs=True)
    first = clock.now()
    clock.advance(60)
    assert (clock.now() - first).total_seconds() >= 60
