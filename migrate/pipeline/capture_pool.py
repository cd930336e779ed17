"""A few threads that ask DynamoDB, so that one thread alone can own the ledger."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a request. `asked_at`: when it was sent; `error` is set where it failed."""

    owner: Any
    asked_at: datetime
    result: Any
    error: Exception | None


class Pool:
    """At most `room` requests are under way or wait to be taken, so answers held are bounded.

    Without threads each request is made at once, which makes tests repeatable. Threads are
    daemons: a request that hangs keeps no process alive, and nothing of it is kept.
    """

    def __init__(self, threads: int, now: Callable[[], datetime]) -> None:
        self._now = now
        self._tasks: queue.SimpleQueue[tuple[Any, Callable[[], Any]] | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Done] = queue.SimpleQueue()
        self._threads = threads
        self.room = max(1, threads * 2)
        self.under_way = 0
        for number in range(threads):
            name = f"capture-{number}"
            threading.Thread(target=self._work, name=name, daemon=True).start()

    def submit(self, owner: Any, task: Callable[[], Any]) -> None:
        self.under_way += 1
        if self._threads:
            self._tasks.put((owner, task))
        else:
            self._done.put(self._do(owner, task))

    def take(self, timeout_seconds: float) -> list[Done]:
        """All that is done; waits for the first so long, if there is one to wait for."""
        found: list[Done] = []
        try:
            if self.under_way:
                found.append(self._done.get(timeout=max(0.001, timeout_seconds)))
            while self.under_way > len(found):
                found.append(self._done.get_nowait())
        except queue.Empty:
            pass
        self.under_way -= len(found)
        return found

    def close(self) -> None:
        """No thread asks anything any more."""
        while not self._tasks.empty():
            self._tasks.get_nowait()
        for _ in range(self._threads):
            self._tasks.put(None)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            self._done.put(self._do(*task))

    def _do(self, owner: Any, task: Callable[[], Any]) -> Done:
        asked_at = self._now()
        try:
            return Done(owner, asked_at, task(), None)
        except Exception as error:  # noqa: BLE001 - it is raised, or told, by the main thread
            return Done(owner, asked_at, None, error)
