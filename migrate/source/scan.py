"""Parallel-segment Scan: pages of items in typed JSON, from any position inside a segment.

botocore keeps credentials, signing, retries and the checksum of each answer; only its item parser
is replaced, because it costs most of the client's CPU (measured: docs/explanation/speed.md).
"""

from __future__ import annotations

import base64
import functools
import json
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from migrate.aws import THROTTLING_CODES, Source, client_of, translated
from migrate.errors import RetryLaterError
from migrate.source.pace import Ask, Pace, at_once
from migrate.source.page import Page
from migrate.source.raw_answers import raw_session

# DynamoDB Local reads what is left of a segment for every page that names no limit (measured:
# docs/performance.md). DynamoDB itself ends a page at 1 MB of items, whatever the limit.
_LIMIT_FIRST = 2000
_PAGE_BYTES = 1_000_000


def scan_client(source: Source) -> Any:
    """A DynamoDB client whose Scan answers stay typed JSON."""
    session = raw_session(source.region, frozenset({"ScanOutput"}))
    return client_of(session, "dynamodb", source)


def scan_segment(
    client: Any,
    table: str,
    segment: int,
    segments_total: int,
    start_key: dict[str, Any] | None = None,
    *,
    items_max: int | None = None,
    consistent: bool = True,
    pace: Pace = at_once,
) -> Iterator[Page]:
    """Pages of one segment from `start_key` (typed JSON) on.

    Only a missing LastEvaluatedKey ends a segment; an empty page does not. With `items_max` it
    also ends behind so many items, and the last page's `position` says where. `pace` gets the
    request of a page when the page before it is handed over. Raises FixInputError and
    RetryLaterError as `migrate.aws.translated`.
    """
    same: dict[str, Any] = {
        "TableName": table,
        "Segment": segment,
        "TotalSegments": segments_total,
        "ConsistentRead": consistent,
        "ReturnConsumedCapacity": "TOTAL",
    }
    limit = _Limit(items_max)

    def asked(position: dict[str, Any] | None) -> Ask:
        request = {**same, "Limit": limit.items}
        if position is not None:
            request["ExclusiveStartKey"] = _with_bytes(position)
        return pace(functools.partial(_scan, client, table, request))

    wanted = asked(start_key) if limit.items else None
    while wanted is not None:
        page = wanted()
        limit.count(page)
        goes_on = page.position is not None and limit.items
        wanted = asked(page.position) if goes_on else None
        yield page


class _Limit:
    """How many items a request may read: enough for DynamoDB's 1 MB, and no more than asked for."""

    def __init__(self, items_max: int | None) -> None:
        self._page_items = _LIMIT_FIRST
        self._left = items_max

    @property
    def items(self) -> int:
        return self._page_items if self._left is None else max(0, min(self._page_items, self._left))

    def count(self, page: Page) -> None:
        """Take an answer into account: small items need a larger limit to fill a page."""
        is_small = len(page.items) >= self._page_items and page.body_bytes < _PAGE_BYTES
        if is_small:
            self._page_items *= 2
        if self._left is not None:
            self._left -= len(page.items)


def _scan(client: Any, table: str, request: dict[str, Any]) -> Page:
    with translated(f"table {table}"):
        body: bytes = client.scan(**request)["Body"]
    return page_of(body)


class _Capacity(msgspec.Struct):
    units: float = msgspec.field(default=0.0, name="CapacityUnits")


class _Answer(msgspec.Struct):
    """A Scan answer: its items are cut apart, not decoded."""

    items: list[msgspec.Raw] = msgspec.field(default_factory=list, name="Items")
    last_key: dict[str, Any] | None = msgspec.field(default=None, name="LastEvaluatedKey")
    capacity: _Capacity | None = msgspec.field(default=None, name="ConsumedCapacity")


_decoder = msgspec.json.Decoder(_Answer)


def page_of(body: bytes) -> Page:
    """A Scan answer's page. Raises RetryLaterError for one that was cut."""
    try:
        answer = _decoder.decode(body)
    except msgspec.DecodeError:
        return _odd_page(body)
    units = answer.capacity.units if answer.capacity else 0.0
    return Page([bytes(raw) for raw in answer.items], answer.last_key, len(body), units)


def _odd_page(body: bytes) -> Page:
    """The page of an answer that holds lone surrogates, which strict parsers refuse: the mapping
    rejects the one item that has them, instead of losing a page."""
    try:
        answer = json.loads(body)
    except ValueError:
        hint = "something between here and DynamoDB cuts it; the same command goes on"
        raise RetryLaterError("an answer of DynamoDB is not whole", hint) from None
    units = (answer.get("ConsumedCapacity") or {}).get("CapacityUnits", 0.0)
    items = [json.dumps(item).encode() for item in answer.get("Items", [])]
    return Page(items, answer.get("LastEvaluatedKey"), len(body), units)


def hear_throttling(client: Any, heard: Callable[[str], None]) -> None:
    """Call `heard` with DynamoDB's code for each refused attempt of a Scan.

    botocore tries again by itself, with growing pauses; whoever hears may slow down the rest.
    """

    def listen(response: Any, **_: Any) -> None:
        if response is not None:
            code = response[1].get("Error", {}).get("Code", "")
            if code in THROTTLING_CODES:
                heard(code)

    client.meta.events.register_first("needs-retry.dynamodb.Scan", listen)


def get_item(client: Any, table: str, key: dict[str, Any]) -> dict[str, Any] | None:
    """One item, read consistently, in typed JSON; None when it is gone. `client` is any."""
    with translated(f"table {table}"):
        answer = client.get_item(TableName=table, Key=_with_bytes(key), ConsistentRead=True)
    found = answer.get("Item")
    return None if found is None else _with_base64(found)


def _with_bytes(key: dict[str, Any]) -> dict[str, Any]:
    """botocore encodes binary values itself, so it must get the bytes."""
    return {
        name: {"B": base64.b64decode(value["B"])} if "B" in value else value
        for name, value in key.items()
    }


def _with_base64(value: Any) -> Any:
    """botocore decodes binary values, at any depth; typed JSON holds them as base64 text."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: _with_base64(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_with_base64(inner) for inner in value]
    return value
