"""One process of a reconciliation: reads parts of the source and compares them."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from multiprocessing import parent_process
from multiprocessing.synchronize import Event

from migrate.validate.compare import BatchComparison, Plan
from migrate.validate.outcome import Tally
from migrate.validate.reader import Item, Opened, Part, Reader
from migrate.validate.session import Connect, Connection, session, translated

# Enough items for one look-up to be worth its round trip, few enough to hold in memory: a page
# is about 1 MB.
_BATCH_ITEMS = 1000

# Between the order to stop and the end of a worker that waits for an answer.
_STOP_SECONDS_MAX = 2.0


class Worker:
    """Holds the connections of a process; they are opened with the first part."""

    def __init__(
        self,
        plan: Plan,
        reader: Reader,
        connect: Connect,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        self._plan = plan
        self._stopped = stopped
        self._reader = reader
        self._connect = connect
        self._stack = ExitStack()
        self._opened: tuple[Connection, Opened] | None = None

    def verify(self, part: Part) -> Tally:
        """Compare every item of the part, or what was reached when the run was stopped."""
        connection, source = self._open()
        tally = Tally(self._plan.differences_max)
        tally.model(part.model)
        mapping = self._plan.mappings[part.model]
        comparison = BatchComparison(connection, self._plan, mapping, tally)
        with translated():
            for batch in _batches(source.pages(part)):
                if self._stopped():
                    break
                comparison.compare(batch)
        return tally

    def _open(self) -> tuple[Connection, Opened]:
        if self._opened is None:
            connection = self._stack.enter_context(session(self._connect))
            self._opened = connection, self._stack.enter_context(self._reader.opened())
        return self._opened

    def close(self) -> None:
        """Close what was opened."""
        self._stack.close()


def _batches(pages: Iterator[list[Item]]) -> Iterator[list[Item]]:
    for page in pages:
        for start in range(0, len(page), _BATCH_ITEMS):
            yield page[start : start + _BATCH_ITEMS]


_worker: Worker | None = None


def start(plan: Plan, reader: Reader, connect: Connect, stop: Event) -> None:
    """Prepare this process as a worker; it ends its part early once `stop` is set."""
    global _worker
    # Ctrl-C reaches the whole process group; the parent answers it, and sets `stop`.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with_parent()
    _die_after(stop)
    _worker = Worker(plan, reader, connect, stop.is_set)


def verify(part: Part) -> Tally:
    """Compare a part in a process that `start` has prepared."""
    assert _worker is not None, "start() prepares the process"
    return _worker.verify(part)


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
