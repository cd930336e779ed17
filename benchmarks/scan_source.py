"""A DynamoDB endpoint that serves Scan of one synthetic ChatMessage table of any size.

Emulators answer Scan slower than the loader reads it and keep all items in memory; this one makes
each page when it is asked, so that what is measured is the loader. It speaks enough of the
protocol for DescribeTable and Scan with segments, ExclusiveStartKey and LastEvaluatedKey.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

# About 750 bytes an item, so a page is close to DynamoDB's 1 MB.
PAGE_ITEMS = 1300

_ITEM = (
    '{"id":{"S":"%s"},"meetingId":{"S":"%s"},"senderId":{"S":"%s"},'
    '"content":{"S":"お子さまの体温は三十七度二分です。水分はとれています。😀 %d"},'
    '"contentType":{"S":"TEXT"},"sentAt":{"S":"2026-05-01T01:02:03.456Z"},'
    '"createdAt":{"S":"2026-05-01T01:02:03.456Z"},"updatedAt":{"S":"2026-05-01T01:02:03.456Z"},'
    '"readBy":{"L":[{"S":"%s"},{"S":"%s"}]},'
    '"metadata":{"M":{"client":{"S":"ios"},"n":{"N":"%d"},"tags":{"L":[{"S":"a"},{"NULL":true}]}}},'
    '"owner":{"S":"%s::nurse"},"__typename":{"S":"ChatMessage"},"_version":{"N":"1"},'
    '"_lastChangedAt":{"N":"1777597323456"}}'
)


def _uuid(number: int) -> str:
    return str(uuid.UUID(int=number))


def page(items: int, segment: int, segments_total: int, start: int | None) -> bytes:
    """One Scan answer: `start` is the number of the last item that was read, or None."""
    first = items * segment // segments_total
    end = items * (segment + 1) // segments_total
    begin = first if start is None else start + 1
    stop = min(begin + PAGE_ITEMS, end)
    meeting, sender = _uuid(1 << 100), _uuid(1 << 101)
    rows = [
        _ITEM % (_uuid(n), meeting, sender, n, sender, meeting, n * 10**20, sender)
        for n in range(begin, stop)
    ]
    last = f',"LastEvaluatedKey":{{"id":{{"S":"{_uuid(stop - 1)}"}}}}' if stop < end else ""
    count = stop - begin
    return f'{{"Items":[{",".join(rows)}],"Count":{count},"ScannedCount":{count}{last}}}'.encode()


def _handler(items: int) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            request = json.loads(self.rfile.read(length) or b"{}")
            operation = self.headers["X-Amz-Target"].rpartition(".")[2]
            body = self._answer(operation, request)
            self.send_response(200)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _answer(self, operation: str, request: dict[str, Any]) -> bytes:
            if operation == "DescribeTable":
                return json.dumps({"Table": _description(request["TableName"], items)}).encode()
            key = request.get("ExclusiveStartKey")
            start = uuid.UUID(key["id"]["S"]).int if key else None
            return page(items, request["Segment"], request["TotalSegments"], start)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ARG002
            return

    return Handler


def _description(name: str, items: int) -> dict[str, Any]:
    return {
        "TableName": name,
        "TableArn": f"arn:aws:dynamodb:local:000000000000:table/{name}",
        "TableId": f"benchmark-{items}",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "ItemCount": items,
        "TableSizeBytes": items * 750,
    }


def _serve(items: int, ready: Connection) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(items))
    ready.send(server.server_address[1])
    server.serve_forever()


@contextmanager
def scan_source(items: int) -> Iterator[str]:
    """The endpoint's URL, served by a process of its own while the block runs."""
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(items, sender), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{receiver.recv()}"
    finally:
        process.terminate()
        process.join()
