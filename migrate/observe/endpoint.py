"""A service's small HTTP endpoint: /healthz, /readyz and /metrics (Prometheus text format)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from migrate.errors import FixInputError, MigrateError
from migrate.observe.events import Event, Observer, Progress

SILENT_SECONDS_MAX = 120.0
"""A service that told of no progress for so long is not healthy: a hanging one is started anew by
whoever watches it, and nothing is lost by that. A batch or a landing takes far less."""

_READ_SECONDS = 5.0  # a state younger than this is shown again, however many ask


@dataclass(frozen=True, slots=True)
class Metric:
    """One number, with its labels by name."""

    name: str
    help: str
    value: float
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the service does what it is for, and the numbers to watch. `reasons`: why not."""

    reasons: Sequence[str] = ()
    metrics: Sequence[Metric] = ()


class Pulse:
    """Subscribes to events: each progress is a heartbeat. Passes all on to `then`."""

    def __init__(self, then: Observer, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._then = then
        self._monotonic = monotonic
        self._last = monotonic()

    def __call__(self, event: Event) -> None:
        if isinstance(event, Progress):
            self._last = self._monotonic()
        self._then(event)

    @property
    def silent_seconds(self) -> float:
        return self._monotonic() - self._last


@contextmanager
def listening(address: str, pulse: Pulse, read: Callable[[], Readiness]) -> Iterator[int]:
    """Serve on `host:port` for the length of the block; gives the port. Port 0: any free one.

    `read` may fail with our errors, which is told as not ready. Raises FixInputError for an
    address that cannot be used.
    """
    host, port = _parts(address)
    state = _Cached(read)

    class Handler(BaseHTTPRequestHandler):
        """Answers GET only; what is asked is never logged."""

        def do_GET(self) -> None:
            code, kind, text = _answer(self.path.partition("?")[0], pulse, state)
            body = text.encode()
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Probes come every few seconds; they are no news."""

    try:
        server = ThreadingHTTPServer((host, port), Handler)
    except OSError as error:
        raise FixInputError(f"cannot listen on {address}", "name a free port") from error
    thread = threading.Thread(target=server.serve_forever, daemon=True, name="endpoint")
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()


def _parts(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    if not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise FixInputError(f"{address} is no address to listen on", "write HOST:PORT")
    return host.strip("[]") or "127.0.0.1", int(port)


class _Cached:
    """The state, read anew when it is some seconds old."""

    def __init__(self, read: Callable[[], Readiness]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._at = float("-inf")
        self._held = Readiness()

    def get(self) -> Readiness:
        with self._lock:
            if time.monotonic() - self._at > _READ_SECONDS:
                try:
                    self._held = self._read()
                except MigrateError as error:
                    self._held = Readiness([error.message])
                self._at = time.monotonic()
            return self._held


def _answer(path: str, pulse: Pulse, state: _Cached) -> tuple[int, str, str]:
    if path == "/healthz":
        silent = pulse.silent_seconds
        if silent > SILENT_SECONDS_MAX:
            return 503, "text/plain", f"no progress for {silent:.0f} s\n"
        return 200, "text/plain", "ok\n"
    if path == "/readyz":
        reasons = state.get().reasons
        if reasons:
            return 503, "text/plain; charset=utf-8", "\n".join(reasons) + "\n"
        return 200, "text/plain", "ready\n"
    if path == "/metrics":
        kind, text = _metrics(state.get().metrics, pulse)
        return 200, kind, text
    return 404, "text/plain", "/healthz, /readyz or /metrics\n"


def _metrics(metrics: Sequence[Metric], pulse: Pulse) -> tuple[str, str]:
    from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

    registry = CollectorRegistry()
    silent = Metric(
        "migrate_silent_seconds", "Seconds since the service last told of progress",
        pulse.silent_seconds,
    )  # fmt: skip
    gauges: dict[str, Gauge] = {}
    for one in (silent, *metrics):
        if one.name not in gauges:
            gauges[one.name] = Gauge(one.name, one.help, list(one.labels), registry=registry)
        gauge = gauges[one.name]
        (gauge.labels(**one.labels) if one.labels else gauge).set(one.value)
    return CONTENT_TYPE_LATEST, generate_latest(registry).decode()
