"""Operations on tables: making, describing, switching streams, deleting."""

from __future__ import annotations

import re
from typing import Any

from tests.fakes.dynamodb.errors import ApiError, invalid
from tests.fakes.dynamodb.fake import FakeDynamoDB
from tests.fakes.dynamodb.operations.operation import limit_of, operation
from tests.fakes.dynamodb.record import VIEW_TYPES
from tests.fakes.dynamodb.table import Table

_PAGE_MAX = 100
_NAME = re.compile(r"[a-zA-Z0-9_.-]{3,255}")
_INDEXES = ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")


def _create(fake: FakeDynamoDB, request: dict[str, Any]) -> dict[str, Any]:
    if not _NAME.fullmatch(request["TableName"]):
        raise invalid("Invalid table/index name: 3 to 255 of a-z, A-Z, 0-9, '_', '-' and '.'")
    if request["TableName"] in fake.tables:
        message = f"Table already exists: {request['TableName']}"
        raise ApiError("ResourceInUseException", message)
    view_type = _view_type(request.get("StreamSpecification", {}))
    table = fake.create_table(request)
    if view_type is not None:
        fake.enable_stream(table, view_type)
    table.updating_describes = fake.knobs.updating_describes
    return {"TableDescription": _description(table, "CREATING")}


def _view_type(specification: dict[str, Any]) -> str | None:
    """The view type of a stream that is to be enabled; None: none is."""
    if not specification.get("StreamEnabled"):
        return None
    view_type = specification.get("StreamViewType")
    if view_type not in VIEW_TYPES:
        raise invalid("One or more parameter values were invalid: StreamViewType is required")
    return str(view_type)


def _describe(fake: FakeDynamoDB, request: dict[str, Any]) -> dict[str, Any]:
    table = fake.table(request["TableName"])
    status = "ACTIVE"
    if table.updating_describes > 0:
        table.updating_describes -= 1
        status = "UPDATING"
    return {"Table": _description(table, status)}


def _description(table: Table, status: str) -> dict[str, Any]:
    """ItemCount and TableSizeBytes are the truth; DynamoDB's own are up to six hours old."""
    shown: dict[str, Any] = {
        "TableName": table.name,
        "TableId": table.table_id,
        "TableArn": table.arn,
        "TableStatus": status,
        "CreationDateTime": table.created_at.timestamp(),
        "AttributeDefinitions": table.definition["AttributeDefinitions"],
        "KeySchema": table.definition["KeySchema"],
        "ItemCount": len(table),
        "TableSizeBytes": table.size_bytes,
        "BillingModeSummary": {"BillingMode": table.definition.get("BillingMode", "PROVISIONED")},
        "DeletionProtectionEnabled": False,
    }
    for kind in _INDEXES:
        if kind in table.definition:
            shown[kind] = [
                {**index, "IndexStatus": "ACTIVE", "IndexArn": f"{table.arn}/index/{number}"}
                for number, index in enumerate(table.definition[kind])
            ]
    if table.latest_stream is not None:
        shown["LatestStreamArn"] = table.latest_stream.arn
        shown["LatestStreamLabel"] = table.latest_stream.identity.label
    if table.stream is not None:
        view_type = table.stream.identity.view_type
        shown["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": view_type}
    return shown


def _list(fake: FakeDynamoDB, request: dict[str, Any]) -> dict[str, Any]:
    start = request.get("ExclusiveStartTableName", "")
    limit = limit_of(request, _PAGE_MAX, _PAGE_MAX)
    names = sorted(name for name in fake.tables if name > start)
    answer: dict[str, Any] = {"TableNames": names[:limit]}
    if len(names) > limit:
        answer["LastEvaluatedTableName"] = names[limit - 1]
    return answer


def _update(fake: FakeDynamoDB, request: dict[str, Any]) -> dict[str, Any]:
    table = fake.table(request["TableName"])
    if table.updating_describes > 0:
        message = f"Attempt to change a resource which is still in use: Table: {table.name}"
        raise ApiError("ResourceInUseException", message)
    if "StreamSpecification" in request:
        _switch_stream(fake, table, _view_type(request["StreamSpecification"]))
    if "BillingMode" in request:
        table.definition = {**table.definition, "BillingMode": request["BillingMode"]}
    table.updating_describes = fake.knobs.updating_describes
    return {"TableDescription": _description(table, "UPDATING")}


def _switch_stream(fake: FakeDynamoDB, table: Table, view_type: str | None) -> None:
    if view_type is None and table.stream is None:
        raise invalid(f"Table is already without a stream: TableName: {table.name}")
    if view_type is not None and table.stream is not None:
        raise invalid(f"Table already has an enabled stream: TableName: {table.name}")
    if view_type is None:
        fake.disable_stream(table)
    else:
        fake.enable_stream(table, view_type)


def _delete(fake: FakeDynamoDB, request: dict[str, Any]) -> dict[str, Any]:
    table = fake.table(request["TableName"])
    if table.stream is not None:
        fake.disable_stream(table)  # it stays readable, as any disabled one
    del fake.tables[table.name]
    return {"TableDescription": _description(table, "DELETING")}


OPERATIONS = {
    "CreateTable": operation(
        _create,
        "TableName AttributeDefinitions KeySchema",
        "BillingMode ProvisionedThroughput GlobalSecondaryIndexes LocalSecondaryIndexes "
        "StreamSpecification Tags",
    ),
    "DescribeTable": operation(_describe, "TableName"),
    "ListTables": operation(_list, "", "ExclusiveStartTableName Limit"),
    "UpdateTable": operation(
        _update, "TableName", "StreamSpecification BillingMode ProvisionedThroughput"
    ),
    "DeleteTable": operation(_delete, "TableName"),
}
