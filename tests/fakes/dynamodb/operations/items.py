"""Operations on single items."""

from __future__ import annotations

from typing import Any

from tests.fakes.dynamodb.errors import invalid, unsupported
from tests.fakes.dynamodb.expressions import check_condition, projected, updated
from tests.fakes.dynamodb.fake import FakeDynamoDB
from tests.fakes.dynamodb.keys import Position
from tests.fakes.dynamodb.operations.operation import (
    operation,
    read_units,
    with_capacity,
    write_units,
)
from tests.fakes.dynamodb.table import Table
from tests.fakes.dynamodb.values import Item, canonical_item, item_bytes

_CONDITION = "ConditionExpression ExpressionAttributeNames ExpressionAttributeValues"
_RETURN = "ReturnValues ReturnConsumedCapacity ReturnItemCollectionMetrics"


def _put(fake: FakeDynamoDB, request: dict[str, Any]) -> dict[str, Any]:
    table = fake.table(request["TableName"])
    item = canonical_item(request["Item"])
    position = table.schema.position(table.schema.key_of(item))
    check_condition(table.get(position), request)
    old = fake.write_item(table, item)
    return _written(request, table, old, item, table.bytes_of(position))


def _delete(fake: FakeDynamoDB, request: dict[str, Any]) -> dict[str, Any]:
    table = fake.table(request["TableName"])
    key = table.schema.given(request["Key"])
    position = table.schema.position(key)
    check_condition(table.get(position), request)
    size_bytes = table.bytes_of(position)
    old = table.write(key, position, None, fake.clock.now())
    return _written(request, table, old, None, size_bytes)


def _update(fake: FakeDynamoDB, request: dict[str, Any]) -> dict[str, Any]:
    table = fake.table(request["TableName"])
    key = table.schema.given(request["Key"])
    position = table.schema.position(key)
    old = table.get(position)
    check_condition(old, request)
    new = updated(key if old is None else old, request)
    if {name: new.get(name) for name in key} != key:
        raise invalid("Cannot update attribute. This attribute is part of the key")
    fake.write_item(table, new)
    return _written(request, table, old, new, table.bytes_of(position))


def _written(
    request: dict[str, Any], table: Table, old: Item | None, new: Item | None, size_bytes: int
) -> dict[str, Any]:
    wanted = request.get("ReturnValues", "NONE")
    if wanted not in ("NONE", "ALL_OLD", "ALL_NEW"):
        raise unsupported(f"ReturnValues {wanted}")
    returned = {"ALL_OLD": old, "ALL_NEW": new}.get(wanted)
    answer = {} if returned is None else {"Attributes": returned}
    return with_capacity(answer, request, table.name, write_units(size_bytes))


def _get(fake: FakeDynamoDB, request: dict[str, Any]) -> dict[str, Any]:
    table = fake.table(request["TableName"])
    position = table.schema.position(table.schema.given(request["Key"]))
    consistent = bool(request.get("ConsistentRead"))
    item = read(fake, table, position, consistent=consistent)
    answer = {} if item is None else {"Item": projected(item, request)}
    units = read_units(item_bytes(item or {}), consistent=consistent)
    return with_capacity(answer, request, table.name, units)


def read(fake: FakeDynamoDB, table: Table, position: Position, *, consistent: bool) -> Item | None:
    """An item as this read sees it."""
    if not consistent and fake.knobs.takes("stale_reads"):
        return table.stale(position)
    return table.get(position)


OPERATIONS = {
    "PutItem": operation(_put, "TableName Item", f"{_CONDITION} {_RETURN}"),
    "DeleteItem": operation(_delete, "TableName Key", f"{_CONDITION} {_RETURN}"),
    "UpdateItem": operation(_update, "TableName Key", f"UpdateExpression {_CONDITION} {_RETURN}"),
    "GetItem": operation(
        _get,
        "TableName Key",
        "ConsistentRead ProjectionExpression ExpressionAttributeNames ReturnConsumedCapacity",
    ),
}
