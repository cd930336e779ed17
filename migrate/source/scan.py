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

from migrate.aws import THROTTLING_CODES, Source, bare_session, client_of, session_key, translated
from migrate.errors import RetryLaterError
from migrate.source.pace import Pace, at_once
from migrate.source.page import Page


def scan_client(source: Source) -> Any:
    """A DynamoDB client whose Scan answers stay typed JSON."""
    return client_of(_session(source.region, session_key()), "dynamodb", source)


@functools.lru_cache(maxsize=4)
def _session(region: str, environment: tuple[tuple[str, str], ...]) -> Any:  # noqa: ARG001
    """A session with a parser of our own; kept, as the other one of `migrate.aws`."""
    from botocore import parsers

    class TypedJsonParser(parsers.JSONParser):  # type: ignore[misc]
        """Hands Scan's body over undecoded; everything else is botocore's."""

        def parse(self, response: dict[str, Any], shape: Any) -> Any:
            is_scan = shape is not None and shape.name == "ScanOutput"
            if not is_scan or response["status_code"] >= 300:
                return super().parse(response, shape)
            headers = response["headers"]
            return {
                "Body": response["body"],
                "ResponseMetadata": {
                    "RequestId": headers.get("x-amzn-requestid", ""),
                    "HTTPStatusCode": response["status_code"],
                    "HTTPHeaders": dict(headers.items()),
                },
            }

    class Factory(parsers.ResponseParserFactory):  # type: ignore[misc]
        """Chooses the parser above for DynamoDB's protocol."""

        def create_parser(self, protocol_name: str) -> Any:
            if protocol_name == "json":
                return TypedJsonParser(**self._defaults)
            return super().create_parser(protocol_name)

    session = bare_session(Source(region))
    session.register_component("response_parser_factory", Factory())
    return session


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
    also ends behind so many items, and the last page's `position` says where. Raises
    FixInputError and RetryLaterError as `migrate.aws.translated`.
    """
    position, left = start_key, items_max
    while left is None or left > 0:
        request: dict[str, Any] = {
            "TableName": table,
            "Segment": segment,
            "TotalSegments": segments_total,
            "ConsistentRead": consistent,
            "ReturnConsumedCapacity": "TOTAL",
        }
        if position is not None:
            request["ExclusiveStartKey"] = _with_bytes(position)
        if left is not None:
            request["Limit"] = left
        page = pace(lambda request=request: _scan(client, table, request))  # type: ignore[misc]
        yield page
        position = page.position
        left = None if left is None else left - len(page.items)
        if position is None:
            return


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
