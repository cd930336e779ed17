"""The operations: a request in, an answer out or an ApiError; no HTTP."""

from __future__ import annotations

from typing import Any

from tests.fakes.dynamodb.errors import ApiError, invalid, unsupported
from tests.fakes.dynamodb.fake import FakeDynamoDB
from tests.fakes.dynamodb.operations import batches, items, scans, settings, streams, tables
from tests.fakes.dynamodb.operations.operation import Operation

_SERVICES: dict[str, dict[str, Operation]] = {
    "DynamoDB_20120810": {
        **tables.OPERATIONS,
        **settings.OPERATIONS,
        **items.OPERATIONS,
        **batches.OPERATIONS,
        **scans.OPERATIONS,
    },
    "DynamoDBStreams_20120810": streams.OPERATIONS,
}


def perform(fake: FakeDynamoDB, target: str, request: dict[str, Any]) -> dict[str, Any]:
    """The answer to one request; `target` is the header X-Amz-Target. Raises ApiError."""
    service, _, name = target.partition(".")
    operation = _SERVICES.get(service, {}).get(name)
    if operation is None:
        raise ApiError("UnknownOperationException", f"the fake does not know {target}")
    for wanted in operation.required:
        if wanted not in request:
            raise invalid(f"1 validation error detected: Value null at '{wanted}' failed")
    for given in request:
        if given not in operation.required and given not in operation.optional:
            raise unsupported(f"the parameter {given} of {name}")
    with fake.lock:
        return operation.run(fake, request)
