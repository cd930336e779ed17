"""Captures changes in a thread beside whatever a rehearsal does meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from migrate.errors import DefectError, MigrateError
from migrate.observe import Event, Note, Observer
from migrate.pipeline.capture import Capture
from migrate.pipeline.job import Job


class Capturing:
    """A capture at work. `failed` is set when it ended by itself."""

    def __init__(self, run: Callable[[threading.Event], object]) -> None:
        self.failed = threading.Event()
        self._run = run
        self._stop = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="migrate capture", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        try:
            self._run(self._stop)
        except BaseException as error:  # noqa: BLE001 - raised by `check`, in the main thread
            self._error = error
            self.failed.set()

    def check(self) -> None:
        """Raises what ended the capture."""
        if isinstance(self._error, MigrateError):
            raise self._error
        if self._error is not None:
            raise DefectError(f"capture failed: {type(self._error).__name__}") from self._error

    def stop(self) -> None:
        """Let it end its transaction, and wait for that. Raises what ended it before."""
        self.end()
        self.check()

    def end(self) -> None:
        self._stop.set()
        self._thread.join()


@contextmanager
def capturing(job: Job, observer: Observer) -> Iterator[Capturing]:
    """Every table's stream pinned, and read while the block lasts or until it is stopped.

    Raises as `Capture.pin` does. Its progress is not shown, which belongs to the step at work.
    """

    def notes(event: Event) -> None:
        if isinstance(event, Note):
            observer(event)

    with Capture(job, notes) as capture:
        capture.pin()
        running = Capturing(lambda stop: capture.run(stop, "stopped"))
        try:
            yield running
        finally:
            running.end()
