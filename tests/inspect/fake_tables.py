"""A DynamoDB endpoint with tables of our own making: denied ones, empty ones, any page size."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

_DENIED = {"__type": "com.amazon.coral.service#AccessDeniedException", "message": "no"}
_MISSING = {"__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", "message": "no"}


@dataclass
class Tables:
    """Table name -> items, by their place. `denied` may be described, and not scanned."""

    items: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)
    page_items: int = 100
    scanned: dict[str, int] = field(default_factory=dict)
    """Items given out so far."""

    def answer(self, operation: str, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        name = request["TableName"]
        if name not in self.items:
            return 400, _MISSING
        if operation == "DescribeTable":
            return 200, {"Table": self._description(name)}
        return (400, _DENIED) if name in self.denied else (200, self._page(name, request))

    def _description(self, name: str) -> dict[str, Any]:
        return {
            "TableName": name,
            "TableArn": f"arn:aws:dynamodb:local:000000000000:table/{name}",
            "TableId": name,
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "ItemCount": len(self.items[name]),
            "TableSizeBytes": 1000 * len(self.items[name]),
        }

    def _page(self, name: str, request: dict[str, Any]) -> dict[str, Any]:
        segment, total = request["Segment"], request["TotalSegments"]
        items = self.items[name][segment::total]
        start = request.get("ExclusiveStartKey")
        begin = 0 if start is None else 1 + [item["id"] for item in items].index(start["id"])
        end = begin + min(self.page_items, request.get("Limit", self.page_items))
        self.scanned[name] = self.scanned.get(name, 0) + len(items[begin:end])
        page: dict[str, Any] = {"Items": items[begin:end], "Count": len(items[begin:end])}
        if end < len(items):
            page["LastEvaluatedKey"] = {"id": items[end - 1]["id"]}
        return page


@contextmanager
def served(tables: Tables) -> Iterator[str]:
    """The endpoint's URL while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            operation = self.headers["X-Amz-Target"].rpartition(".")[2]
            status, answer = tables.answer(operation, request)
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
