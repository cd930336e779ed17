"""The fake on a port of this machine: DynamoDB's JSON 1.0 over HTTP, with its faults."""

from __future__ import annotations

import json
import secrets
import socket
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.fakes.dynamodb.errors import ApiError, internal_error
from tests.fakes.dynamodb.fake import Call, FakeDynamoDB
from tests.fakes.dynamodb.faults import Fault
from tests.fakes.dynamodb.operations import perform

_CONTENT_TYPE = "application/x-amz-json-1.0"
_POLL_SECONDS = 0.01


@dataclass
class _Answer:
    """`sent` bytes of the body reach the client; None: all, and the connection stays."""

    status: int
    body: bytes
    sent: int | None = None


@contextmanager
def serving(fake: FakeDynamoDB, port: int = 0) -> Iterator[str]:
    """The endpoint's URL, while the block lasts. At its end it raises what broke in the fake."""
    server = _Server(fake, port)
    fake.faults.start()
    thread = threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        fake.faults.release_all()
        server.shutdown()
        server.end_connections()
        server.server_close()
        thread.join()
    if fake.defects:
        raise fake.defects[0]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, fake: FakeDynamoDB, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.fake = fake
        self._connections: set[socket.socket] = set()
        self._connections_lock = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._connections_lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._connections_lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def end_connections(self) -> None:
        """What a client keeps open would else keep its thread."""
        with self._connections_lock:
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients are killed here on purpose: nothing on the test's stderr."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the body waits 40 ms for the headers' receipt
    wbufsize = -1  # headers and body leave in one packet
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = _answer(self.server.fake, self.headers["X-Amz-Target"] or "", body)
        with suppress(BrokenPipeError, ConnectionResetError):  # the client may be gone
            self._send(answer)

    def _send(self, answer: _Answer) -> None:
        if answer.sent is not None:
            self.close_connection = True
            if answer.sent == 0:
                return
        self.send_response_only(answer.status)
        self.send_header("Content-Type", _CONTENT_TYPE)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("x-amz-crc32", str(zlib.crc32(answer.body)))
        self.send_header("x-amzn-RequestId", secrets.token_hex(16).upper())
        self.end_headers()
        self.wfile.write(answer.body[: answer.sent])
        self.wfile.flush()

    def log_message(self, *arguments: Any) -> None:
        """Nothing on the test's stderr."""


def _answer(fake: FakeDynamoDB, target: str, body: bytes) -> _Answer:
    fault = Fault()
    try:
        request = _request(body)
        operation = target.rpartition(".")[2]
        fake.calls.append(Call(operation, request, fake.clock.now()))
        if fake.before_operation is not None:
            fake.before_operation(operation, request)
        fault = fake.faults.take(operation)
        result = _result(fake, fault, target, request)
    except ApiError as error:
        return _Answer(error.status, _encoded(error.body()))
    except Exception as defect:  # noqa: BLE001 - told by `serving`, in the test's own thread
        fake.defects.append(defect)
        return _Answer(500, _encoded(internal_error().body()))
    content = _encoded(result)
    if fault.lost:
        return _Answer(200, content, sent=0)
    return _Answer(200, content, sent=len(content) // 2 if fault.cut else None)


def _request(body: bytes) -> dict[str, Any]:
    try:
        request = json.loads(body)
    except ValueError:
        request = None
    if not isinstance(request, dict):
        raise ApiError("SerializationException", "The request is not a JSON object")
    return request


def _result(
    fake: FakeDynamoDB, fault: Fault, target: str, request: dict[str, Any]
) -> dict[str, Any]:
    if not fault.after:
        _meet(fake, fault)
    result = perform(fake, target, request)
    if fault.after:
        _meet(fake, fault)
    return result


def _meet(fake: FakeDynamoDB, fault: Fault) -> None:
    if fault.gate is not None:
        fault.gate.pass_through()
    if fault.delay_seconds:
        fake.faults.wait(fault.delay_seconds)
    if fault.error is not None:
        raise fault.error


def _encoded(content: dict[str, Any]) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()
