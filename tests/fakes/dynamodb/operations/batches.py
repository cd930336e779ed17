"""Operations on several items at once."""

from __future__ import annotations

from typing import Any

from tests.fakes.dynamodb.errors import invalid
from tests.fakes.dynamodb.expressions import projected
from tests.fakes.dynamodb.fake import FakeDynamoDB
from tests.fakes.dynamodb.keys import Position
from tests.fakes.dynamodb.operations.items import read
from tests.fakes.dynamodb.operations.operation import operation
from tests.fakes.dynamodb.table import Table
from tests.fakes.dynamodb.values import Item, canonical_item

_WRITES_MAX = 25
_READS_MAX = 100


def _write(fake: FakeDynamoDB, request: dict[str, Any]) -> dict[str, Any]:
    wanted: dict[str, list[dict[str, Any]]] = request["RequestItems"]
    _check_count(sum(map(len, wanted.values())), _WRITES_MAX)
    for name, writes in wanted.items():
        table = fake.table(name)
        _check_different([_position(table, write) for write in writes])
    unprocessed: dict[str, list[dict[str, Any]]] = {}
    for name, writes in wanted.items():
        for write in writes:
            if fake.knobs.takes("unprocessed_items"):
                unprocessed.setdefault(name, []).append(write)
            else:
                _write_one(fake, fake.table(name), write)
    return {"UnprocessedItems": unprocessed}


def _position(table: Table, write: dict[str, Any]) -> Position:
    return table.schema.position(_key(table, write))


def _key(table: Table, write: dict[str, Any]) -> Item:
    if set(write) == {"PutRequest"}:
        return table.schema.key_of(write["PutRequest"]["Item"])
    if set(write) == {"DeleteRequest"}:
        return table.schema.given(write["DeleteRequest"]["Key"])
    raise invalid("Supplied WriteRequest must contain exactly one of the requests")


def _write_one(fake: FakeDynamoDB, table: Table, write: dict[str, Any]) -> None:
    if "PutRequest" in write:
        fake.write_item(table, canonical_item(write["PutRequest"]["Item"]))
        return
    key = _key(table, write)
    table.write(key, table.schema.position(key), None, fake.clock.now())


def _get(fake: FakeDynamoDB, request: dict[str, Any]) -> dict[str, Any]:
    wanted: dict[str, dict[str, Any]] = request["RequestItems"]
    _check_count(sum(len(part["Keys"]) for part in wanted.values()), _READS_MAX)
    found: dict[str, list[Item]] = {}
    unprocessed: dict[str, dict[str, Any]] = {}
    for name, part in wanted.items():
        found[name], left = _get_some(fake, fake.table(name), part)
        if left:
            unprocessed[name] = {**part, "Keys": left}
    return {"Responses": found, "UnprocessedKeys": unprocessed}


def _get_some(
    fake: FakeDynamoDB, table: Table, part: dict[str, Any]
) -> tuple[list[Item], list[Item]]:
    """Items of one table, and the keys that are left for another call."""
    positions = [table.schema.position(table.schema.given(key)) for key in part["Keys"]]
    _check_different(positions)
    found, left = [], []
    for key, position in zip(part["Keys"], positions, strict=True):
        if fake.knobs.takes("unprocessed_items"):
            left.append(key)
            continue
        item = read(fake, table, position, consistent=bool(part.get("ConsistentRead")))
        if item is not None:
            found.append(projected(item, part))
    return found, left


def _check_count(count: int, highest: int) -> None:
    if not 1 <= count <= highest:
        raise invalid(f"Too many items requested: {count} of at most {highest}")


def _check_different(positions: list[Position]) -> None:
    if len(set(positions)) < len(positions):
        raise invalid("Provided list of item keys contains duplicates")


OPERATIONS = {
    "BatchWriteItem": operation(
        _write, "RequestItems", "ReturnConsumedCapacity ReturnItemCollectionMetrics"
    ),
    "BatchGetItem": operation(_get, "RequestItems", "ReturnConsumedCapacity"),
}
