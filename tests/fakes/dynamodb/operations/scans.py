"""Scan: pages of a table or of one of its segments, in the order of the hashes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.fakes.dynamodb.errors import invalid, unsupported
from tests.fakes.dynamodb.expressions import projected
from tests.fakes.dynamodb.fake import FakeDynamoDB
from tests.fakes.dynamodb.keys import HASHES, Position, segment_of
from tests.fakes.dynamodb.operations.operation import (
    limit_of,
    operation,
    read_units,
    with_capacity,
)
from tests.fakes.dynamodb.table import Table
from tests.fakes.dynamodb.values import Item

_ITEMS_MAX = 1_000_000
_SEGMENTS_MAX = 1_000_000


@dataclass
class _Page:
    items: list[Item] = field(default_factory=list)
    size_bytes: int = 0
    last: Item | None = None
    """Any item's key attributes, from where the next page goes on."""


def _scan(fake: FakeDynamoDB, request: dict[str, Any]) -> dict[str, Any]:
    table = fake.table(request["TableName"])
    if request.get("Select", "ALL_ATTRIBUTES") not in ("ALL_ATTRIBUTES", "COUNT"):
        raise unsupported(f"Select {request['Select']}")
    low, high = _hashes(request)
    start = _start(table, request, low, high)
    positions = table.positions(start, low, high)
    page = _empty_page(fake, table, request, positions, low, high)
    if page is None:
        page = _full_page(fake, table, request, positions)
    return _answer(table, request, page)


def _hashes(request: dict[str, Any]) -> tuple[int, int]:
    """The range of hashes of the segment that is asked for."""
    if ("Segment" in request) != ("TotalSegments" in request):
        raise invalid("Segment and TotalSegments are required together")
    total, segment = request.get("TotalSegments", 1), request.get("Segment", 0)
    if not 0 <= segment < total <= _SEGMENTS_MAX:
        raise invalid(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            f"Segment: {segment} is not less than TotalSegments: {total}"
        )
    return -(-segment * HASHES // total), -(-(segment + 1) * HASHES // total)


def _start(table: Table, request: dict[str, Any], low: int, high: int) -> Position | None:
    if "ExclusiveStartKey" not in request:
        return None
    start = table.schema.position(table.schema.given(request["ExclusiveStartKey"]))
    if not low <= start.hashed < high:
        total = request.get("TotalSegments", 1)
        raise invalid(
            "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use "
            f"ExclusiveStartKey with correct Segment, which is {segment_of(start.hashed, total)}"
        )
    return start


def _empty_page(
    fake: FakeDynamoDB,
    table: Table,
    request: dict[str, Any],
    positions: list[Position],
    low: int,
    high: int,
) -> _Page | None:
    """A page without items that goes on, if one is scripted and a key for it is found."""
    if fake.knobs.empty_scan_pages == 0:
        return None
    last = request.get("ExclusiveStartKey")
    if last is None:
        before = min([high, *(position.hashed for position in positions[:1])])
        keys = table.schema.invented()
        last = next(
            (key for key in keys if low <= table.schema.position(key).hashed < before), None
        )
    if last is None or not fake.knobs.takes("empty_scan_pages"):
        return None
    return _Page(last=last)


def _full_page(
    fake: FakeDynamoDB, table: Table, request: dict[str, Any], positions: list[Position]
) -> _Page:
    limit = limit_of(request, _ITEMS_MAX)
    if fake.knobs.scan_page_items is not None:
        limit = min(limit, fake.knobs.scan_page_items)
    stale = not request.get("ConsistentRead") and fake.knobs.takes("stale_reads")
    page = _Page()
    for count, position in enumerate(positions, start=1):
        item = table.stale(position) if stale else table.get(position)
        if item is not None:
            page.items.append(projected(item, request))
            page.size_bytes += table.bytes_of(position)
        # Also behind the last item: only the next, empty page tells that it was the last.
        if count == limit or page.size_bytes >= fake.knobs.scan_page_bytes_max:
            page.last = table.schema.key_of(table.get(position) or {})
            break
    return page


def _answer(table: Table, request: dict[str, Any], page: _Page) -> dict[str, Any]:
    answer: dict[str, Any] = {"Count": len(page.items), "ScannedCount": len(page.items)}
    if request.get("Select") != "COUNT":
        answer["Items"] = page.items
    if page.last is not None:
        answer["LastEvaluatedKey"] = page.last
    units = read_units(page.size_bytes, consistent=bool(request.get("ConsistentRead")))
    return with_capacity(answer, request, table.name, units)


OPERATIONS = {
    "Scan": operation(
        _scan,
        "TableName",
        "Limit ExclusiveStartKey Segment TotalSegments ConsistentRead ReturnConsumedCapacity "
        "ProjectionExpression ExpressionAttributeNames Select",
    ),
}
