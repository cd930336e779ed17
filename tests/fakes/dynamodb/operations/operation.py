"""What all operations share: the form of their entry, limits, and the units they consume."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.fakes.dynamodb.errors import invalid
from tests.fakes.dynamodb.fake import FakeDynamoDB

_READ_UNIT_BYTES = 4096


@dataclass(frozen=True)
class Operation:
    """`run` is called under the lock, with the parameters checked by name."""

    run: Callable[[FakeDynamoDB, dict[str, Any]], dict[str, Any]]
    required: frozenset[str]
    optional: frozenset[str] = frozenset()


def operation(
    run: Callable[[FakeDynamoDB, dict[str, Any]], dict[str, Any]], required: str, optional: str = ""
) -> Operation:
    return Operation(run, frozenset(required.split()), frozenset(optional.split()))


def limit_of(request: dict[str, Any], default: int, highest: int | None = None) -> int:
    """The request's Limit. Raises ApiError outside 1 to `highest`."""
    limit = request.get("Limit", default)
    if limit < 1 or (highest is not None and limit > highest):
        raise invalid(
            f"1 validation error detected: Value '{limit}' at 'limit' failed to satisfy "
            f"constraint: Member must have value between 1 and {highest}"
        )
    return int(limit)


def read_units(size_bytes: int, *, consistent: bool) -> float:
    """Capacity units of a read; half of them when it is eventually consistent."""
    blocks = max(1, -(-size_bytes // _READ_UNIT_BYTES))
    return float(blocks) if consistent else blocks / 2


def write_units(size_bytes: int) -> float:
    return float(max(1, -(-size_bytes // 1024)))


def with_capacity(
    answer: dict[str, Any], request: dict[str, Any], table: str, units: float
) -> dict[str, Any]:
    if request.get("ReturnConsumedCapacity", "NONE") == "NONE":
        return answer
    return {**answer, "ConsumedCapacity": {"TableName": table, "CapacityUnits": units}}
