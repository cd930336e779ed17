"""One process of a reconciliation: reads scan segments and compares them with the target."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.synchronize import Event
from typing import Any

from migrate.validate.compare import BatchComparison, Plan
from migrate.validate.conditions import Attributes
from migrate.validate.outcome import Tally
from migrate.validate.reader import read_items
from migrate.validate.session import Connect, session, translated

# Enough items for one look-up to be worth its round trip, few enough to hold in memory: a scan
# page is at most 1 MB.
_BATCH_ITEMS = 1000

# Between the order to stop and the end of a worker that waits for an answer.
_STOP_SECONDS_MAX = 2.0


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a model's table."""

    model: str
    table_name: str
    segment: int
    total_segments: int


class Worker:
    """Holds the connections of a process; they are opened with the first segment."""

    def __init__(
        self,
        plan: Plan,
        connect: Connect,
        client: Callable[[], Any],
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._plan = plan
        self._stopped = stopped
        self._connect = connect
        self._client = client
        self._stack = ExitStack()
        self._opened: tuple[Any, Any] | None = None

    def verify(self, segment: Segment) -> Tally:
        """Compare every item of the segment, or what was reached when the run was stopped."""
        connection, client = self._open()
        tally = Tally(self._plan.differences_max)
        tally.model(segment.model)
        mapping = self._plan.mappings[segment.model]
        comparison = BatchComparison(connection, self._plan, mapping, tally)
        with translated():
            for batch in _batches(client, segment):
                if self._stopped():
                    break
                comparison.compare(batch)
        return tally

    def _open(self) -> tuple[Any, Any]:
        if self._opened is None:
            connection = self._stack.enter_context(session(self._connect))
            client = self._client()
            self._stack.callback(client.close)
            self._opened = connection, client
        return self._opened

    def close(self) -> None:
        """Close what was opened."""
        self._stack.close()


def _batches(client: Any, segment: Segment) -> Iterator[list[Attributes]]:
    pages = read_items(client, segment.table_name, segment.segment, segment.total_segments)
    for page in pages:
        for start in range(0, len(page), _BATCH_ITEMS):
            yield page[start : start + _BATCH_ITEMS]


_worker: Worker | None = None


def start(plan: Plan, connect: Connect, client: Callable[[], Any], stop: Event) -> None:
    """Prepare this process as a worker; it ends its segment early once `stop` is set."""
    global _worker
    # Ctrl-C reaches the whole process group; the parent answers it, and sets `stop`.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with_parent()
    _die_after(stop)
    _worker = Worker(plan, connect, client, stop.is_set)


def verify(segment: Segment) -> Tally:
    """Compare a segment in a process that `start` has prepared."""
    assert _worker is not None, "start() prepares the process"
    return _worker.verify(segment)


def _die_after(stop: Event) -> None:
    """End this process soon after `stop`, also when the source or the target does not answer."""

    def watch() -> None:
        stop.wait()
        time.sleep(_STOP_SECONDS_MAX)
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="watch-stop").start()


def _die_with_parent() -> None:
    """End this process with its parent, also when the parent was killed and could not say so."""
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="watch-parent").start()
