"""What goes wrong between the client and the fake, by a test's script."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.dynamodb.errors import ApiError, internal_error

_WAIT_SECONDS = 60.0
ANY = "*"


class Gate:
    """Holds an operation until the test lets it go."""

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._released = threading.Event()

    def wait_until_reached(self, timeout_seconds: float = 30.0) -> None:
        assert self._reached.wait(timeout_seconds), "nobody called the operation"

    def release(self) -> None:
        self._released.set()

    def pass_through(self) -> None:
        self._reached.set()
        self._released.wait(_WAIT_SECONDS)


@dataclass
class Fault:
    """One thing that happens to one call. `error` is answered instead of a result; `performed`
    False means that the operation does not happen either."""

    error: ApiError | None = None
    cut: bool = False
    """The answer ends in the middle, and the connection with it."""
    lost: bool = False
    """The operation happens; the connection ends without an answer."""
    delay_seconds: float = 0.0
    gate: Gate | None = None
    after: bool = False
    """The gate or the delay lies between the operation and its answer, not before it."""


@dataclass
class Faults:
    """Queues of faults by operation ("GetRecords", or "*" for any); each call takes one."""

    _queues: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    _gates: list[Gate] = field(default_factory=list)
    _lock: Any = field(default_factory=threading.Lock)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def throttle(
        self,
        operation: str,
        times: int = 1,
        code: str = "ProvisionedThroughputExceededException",
    ) -> None:
        self.answer(operation, ApiError(code, "Rate exceeded, try again later."), times)

    def fail(self, operation: str, times: int = 1) -> None:
        """HTTP 500."""
        self.answer(operation, internal_error(), times)

    def answer(self, operation: str, error: ApiError, times: int = 1) -> None:
        """Any error, without performing the operation."""
        self._add(operation, times, error=error)

    def fail_after_write(self, operation: str, times: int = 1) -> None:
        """HTTP 500 for an operation that did happen."""
        self._add(operation, times, error=internal_error(), after=True)

    def cut(self, operation: str, times: int = 1) -> None:
        """The operation happens, half of its answer arrives, the connection ends."""
        self._add(operation, times, cut=True)

    def lose(self, operation: str, times: int = 1) -> None:
        """The operation happens, and the connection ends without an answer."""
        self._add(operation, times, lost=True)

    def slow(self, operation: str, seconds: float, times: int = 1) -> None:
        """The operation happens, and its answer takes so long (of real time)."""
        self._add(operation, times, delay_seconds=seconds, after=True)

    def hold(self, operation: str, *, after: bool = False) -> Gate:
        """The next call waits before it happens, or `after` it did, until `gate.release()`."""
        gate = Gate()
        with self._lock:
            self._gates.append(gate)
        self._add(operation, 1, gate=gate, after=after)
        return gate

    def _add(self, operation: str, times: int, **kind: Any) -> None:
        with self._lock:
            self._queues[operation].extend(Fault(**kind) for _ in range(times))

    def take(self, operation: str) -> Fault:
        """What happens to this call; a Fault without effect if nothing was scripted."""
        with self._lock:
            for name in (operation, ANY):
                if self._queues[name]:
                    return self._queues[name].popleft()
        return Fault()

    def pending(self) -> int:
        """Faults that no call has met yet: a test may check that its script was played."""
        with self._lock:
            return sum(map(len, self._queues.values()))

    def start(self) -> None:
        """A server begins, perhaps not the first one."""
        self._stopping.clear()

    def wait(self, seconds: float) -> None:
        """A slow answer's time; over at once where the server stops."""
        self._stopping.wait(seconds)

    def release_all(self) -> None:
        """Let every held and slow call go: the server stops."""
        self._stopping.set()
        with self._lock:
            gates, self._gates = self._gates, []
        for gate in gates:
            gate.release()
