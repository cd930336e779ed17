"""A DynamoDB endpoint whose answers a test scripts: by default it passes everything on.

It can fail, throttle, cut an answer off, cut a connection, limit the size of pages, say what a page
cost, know no segments, and hold Scan answers back until the test lets them go.
"""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

_PROTOCOL = "application/x-amz-json-1.0"


@dataclass
class Answer:
    """What goes back to the client. `cut` bytes at its end are never sent."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0


def failure(status: int, code: str) -> Answer:
    """An error in DynamoDB's form; its message holds what no tool may repeat."""
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "Hanako Yamada"}
    return Answer(status, json.dumps(body).encode())


Rule = Callable[[str, dict[str, Any]], Answer | None]
"""(operation, request) -> an answer of its own, or None: pass it on."""


class ScriptedDynamoDB:
    """The endpoint; change its attributes while it runs."""

    def __init__(self, upstream: str) -> None:
        self.upstream = urlsplit(upstream)
        self.url = ""
        self.rule: Rule = lambda operation, request: None
        self.cut_bytes = 0
        """Every Scan answer ends this much too early, without a checksum."""
        self.promises_all = True
        """Whether a cut answer names its whole length: else nobody can see that it was cut."""
        self.page_items_max: int | None = None
        self.read_units_a_page: float | None = None
        """What a consistent page costs, for upstreams that do not say; half of it otherwise."""
        self.knows_segments = True
        """Else each segment's answer holds the whole table, as from a stand-in."""
        self.scan_requests: list[dict[str, Any]] = []
        """Scan requests that were passed on, as the client sent them."""
        self.scans = 0
        """Scan answers that were let go."""
        self.held = 0
        """Scans that wait for their answer now."""
        self._released = threading.Condition()
        self._answered: dict[tuple[str, int], int] = {}
        self._pages_max: int | None = None

    def hold_after(self, pages: int | None) -> None:
        """Let this many pages of each segment go from now on, and hold the next; None: none."""
        with self._released:
            self._answered.clear()
            self._pages_max = pages
            self._released.notify_all()

    def answer(self, operation: str, body: bytes, headers: dict[str, str]) -> Answer:
        request: dict[str, Any] = json.loads(body)
        own = self.rule(operation, request)
        if own is not None:
            return own
        if operation != "Scan":
            return self._passed_on(operation, body, headers)
        self.scan_requests.append(dict(request))
        self._wait_for_release((request["TableName"], request.get("Segment", 0)))
        if self.page_items_max is not None:
            request["Limit"] = self.page_items_max
        if not self.knows_segments:
            del request["Segment"], request["TotalSegments"]
        answer = self._passed_on(operation, json.dumps(request).encode(), headers)
        return self._with_cost(request, answer)

    def _with_cost(self, request: dict[str, Any], answer: Answer) -> Answer:
        if self.read_units_a_page is None or answer.status != 200:
            return answer
        units = self.read_units_a_page / (1 if request.get("ConsistentRead") else 2)
        capacity = {"TableName": request["TableName"], "CapacityUnits": units}
        body = json.dumps({**json.loads(answer.body), "ConsumedCapacity": capacity}).encode()
        return Answer(answer.status, body, {}, answer.cut)  # the checksum is of the other body

    def _wait_for_release(self, segment: tuple[str, int]) -> None:
        def may_go() -> bool:
            answered = self._answered.get(segment, 0)
            return self._pages_max is None or answered < self._pages_max

        with self._released:
            if not may_go():
                self.held += 1
                self._released.wait_for(may_go, timeout=60)
                self.held -= 1
            self._answered[segment] = self._answered.get(segment, 0) + 1
            self.scans += 1

    def _passed_on(self, operation: str, body: bytes, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection(str(self.upstream.netloc), timeout=60)
        try:
            sent = {k: v for k, v in headers.items() if k.lower() not in {"host", "content-length"}}
            connection.request("POST", "/", body, sent)
            response = connection.getresponse()
            content = response.read()
            kept = {k: v for k, v in response.getheaders() if k.lower() == "x-amz-crc32"}
        finally:
            connection.close()
        cut = self.cut_bytes if operation == "Scan" else 0
        return Answer(response.status, content, {} if cut else kept, cut)


@contextmanager
def scripted(upstream: str) -> Iterator[ScriptedDynamoDB]:
    """The endpoint in front of `upstream`, while the block lasts."""
    script = ScriptedDynamoDB(upstream)
    server = _Server(("127.0.0.1", 0), _handler(script))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield script
    finally:
        script.hold_after(None)
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients are killed here on purpose: nothing on the test's stderr."""


def _handler(script: ScriptedDynamoDB) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else the body waits 40 ms for the headers' receipt

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            operation = self.headers["X-Amz-Target"].split(".")[-1]
            answer = script.answer(operation, body, dict(self.headers))
            # The client may have been killed meanwhile.
            with suppress(BrokenPipeError, ConnectionResetError):
                self._send(answer)

        def _send(self, answer: Answer) -> None:
            sent = answer.body[: len(answer.body) - answer.cut]
            self.send_response(answer.status)
            self.send_header("Content-Type", _PROTOCOL)
            promised = len(sent) if answer.cut and not script.promises_all else len(answer.body)
            self.send_header("Content-Length", str(promised))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent)
            if answer.cut:
                self.close_connection = True

        def log_message(self, *arguments: Any) -> None:
            """Nothing on the test's stderr."""

    return Handler
