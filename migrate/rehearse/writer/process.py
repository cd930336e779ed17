"""The writer as a process of its own: it begins, writes until it is told to stop, and ends with us.

Beside the process that loads it would take that one's time; and a copy is made while somebody else
writes, not while we do.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection as Pipe
from multiprocessing.process import BaseProcess

from migrate.aws import Source, client, translated
from migrate.errors import (
    AskOperatorError,
    DefectError,
    FixInputError,
    MigrateError,
    RetryLaterError,
)
from migrate.pipeline.forking import interrupts_held
from migrate.pipeline.job import Job
from migrate.rehearse.sample.tables import mark_changed
from migrate.rehearse.writer.changes import Changes
from migrate.rehearse.writer.operation import Operation
from migrate.rehearse.writer.pace import Pace
from migrate.rehearse.writer.tables import WriterTables

ITEMS_LEAST = 100
"""A smaller sample has no items for most of the writer's habits."""

_LOOK_SECONDS = 0.02
# A writer that is late catches up in pieces, between which it can be told to stop.
_TOGETHER_MOST = 500
_END_SECONDS = 60.0


@dataclass
class Written:
    """Changes that were written, by kind, and how long that took."""

    kinds: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def changes(self) -> int:
        return sum(self.kinds.values())


@dataclass(frozen=True, slots=True)
class _Orders:
    """What the process is told at its start."""

    source: Source
    api_id: str
    environment: str
    names: dict[str, str]
    items: int
    seed: int
    rate: float


_Answer = Written | MigrateError


class RunningWriter:
    """A writer at work."""

    def __init__(self, process: BaseProcess, pipe: Pipe) -> None:
        self._process = process
        self._pipe = pipe
        self._written: Written | None = None

    def check(self) -> None:
        """Raises what ended the writer before its time."""
        if self._written is None and self._pipe.poll():
            self._answer()

    def stop(self) -> Written:
        """Let it end what it began, and wait for that. Raises what the writer raised."""
        if self._written is None:
            with suppress(OSError):  # it has ended already, and left its answer
                self._pipe.send("stop")
            self._written = self._answer()
            self._process.join(timeout=_END_SECONDS)
        return self._written

    def _answer(self) -> Written:
        try:
            answer: _Answer = self._pipe.recv()
        except (EOFError, OSError):
            raise RetryLaterError(
                "the writer ended before its time", "the same command starts anew"
            ) from None
        if isinstance(answer, MigrateError):
            raise answer
        return answer

    def end(self) -> None:
        """Stop it wherever it is."""
        if self._process.is_alive():
            self._process.terminate()
        self._process.join()
        self._process.close()


@contextmanager
def writing(job: Job, items: int, seed: int, rate: float) -> Iterator[RunningWriter]:
    """Change the sample in the job's tables, `rate` times a second, while the block lasts.

    The sample counts as unfinished from then on, so that the next rehearsal makes it anew. Raises
    AskOperatorError where the tables are not those of an emulator on this machine.
    """
    refuse_writer(job, items)
    with translated("the sample tables"):
        dynamodb = client("dynamodb", job.source)
        mark_changed(dynamodb, job.api_id, job.environment, items, seed)
    orders = _Orders(
        job.source, job.api_id, job.environment, job.source_tables, items, seed, rate
    )  # fmt: skip
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_child, args=(orders, theirs), name="migrate writer")
    with interrupts_held():
        process.start()
    theirs.close()
    running = RunningWriter(process, ours)
    try:
        yield running
    finally:
        running.end()
        ours.close()


def refuse_writer(job: Job, items: int) -> None:
    """Raises AskOperatorError where a writer would change more than a sample, FixInputError where
    the sample is too small for it."""
    if not job.source.is_local or job.export is not None:
        raise AskOperatorError(
            "a writer changes the sample in an emulator on this machine, and nothing else",
            "use the profile local, without an export",
        )
    if items < ITEMS_LEAST:
        raise FixInputError(
            f"a writer needs a sample of at least {ITEMS_LEAST} items", "give --items"
        )


def _child(orders: _Orders, pipe: Pipe) -> None:
    """The process's whole life. Ctrl-C is the parent's to answer; it then ends this process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    stop = threading.Event()
    threading.Thread(target=_listen, args=(pipe, stop), daemon=True).start()
    try:
        pipe.send(_run(orders, stop))
    except MigrateError as error:
        pipe.send(error)
    except Exception as error:  # noqa: BLE001 - the last place before the process ends
        pipe.send(DefectError(f"the writer failed: {type(error).__name__}"))


def _listen(pipe: Pipe, stop: threading.Event) -> None:
    """The parent says one word, or it has ended, and then this process has no purpose."""
    try:
        pipe.recv()
    except (EOFError, OSError):
        os._exit(1)
    stop.set()


def _run(orders: _Orders, stop: threading.Event) -> Written:
    dynamodb = client("dynamodb", orders.source)
    with translated("the sample tables"), WriterTables(dynamodb, orders.names) as tables:
        changes = Changes(orders.items, orders.seed, lambda: datetime.now(UTC))
        return write(changes, tables.write, Pace(orders.rate), stop.wait)


def write(
    changes: Changes,
    store: Callable[[list[Operation]], None],
    pace: Pace,
    wait: Callable[[float], bool],
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Written:
    """Write what is due until `wait` says that it is over, and then the rest of what was begun.

    `wait` takes seconds; `clock` tells them."""
    written, started = Written(), clock()
    while not wait(_LOOK_SECONDS):
        late = pace.due(clock() - started) - written.changes
        _store([changes.take() for _ in range(min(late, _TOGETHER_MOST))], store, written)
    _store(list(changes.unfinished()), store, written)
    written.seconds = round(clock() - started, 3)
    return written


def _store(
    operations: list[Operation], store: Callable[[list[Operation]], None], written: Written
) -> None:
    if operations:
        store(operations)
        written.kinds.update(one.kind for one in operations)
