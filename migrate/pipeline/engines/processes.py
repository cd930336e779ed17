"""Units run in processes of this machine, which die with the command that made them."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from typing import Any

from migrate.errors import MigrateError, RetryLaterError
from migrate.pipeline.engines.outcome import outcome_of
from migrate.pipeline.forking import METHOD, interrupts_held, warm_up
from migrate.pipeline.job import Job
from migrate.pipeline.worker import work

Task = Callable[..., None]
Workers = dict[Any, tuple[BaseProcess, Pipe, Pipe]]
"""Sentinel -> (process, its outcome, the life line that it watches)."""

# A worker that dies without a word (out of memory, killed by hand) is replaced this often.
_REPLACEMENTS_MAX = 3


class Processes:
    """An `Engine`."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        warm_up()

    def run(
        self,
        job: Job,
        run_id: str,
        phase: int,
        count: int,
        *,
        on_tick: Callable[[], None],
        on_death: Callable[[], None],
    ) -> None:
        run_workers(count, work, (job, run_id, phase), on_tick=on_tick, on_death=on_death)


def run_workers(
    count: int,
    task: Task,
    arguments: tuple[Any, ...],
    *,
    on_tick: Callable[[], None],
    on_death: Callable[[], None],
    tick_seconds: float = 0.5,
) -> None:
    """Run `task(*arguments)` in `count` processes until all return.

    `on_death` is called, with every worker stopped, when one died without a word; the work then
    starts again with what is left. Raises the first error a worker reported.
    """
    for attempt in range(_REPLACEMENTS_MAX + 1):
        if _run_once(count, task, arguments, on_tick, tick_seconds):
            return
        on_death()
        if attempt == _REPLACEMENTS_MAX:
            raise RetryLaterError(
                f"worker processes were killed {attempt + 1} times (out of memory?)",
                "give the machine more memory, or use fewer --workers; the same command goes on",
            )


def _run_once(
    count: int,
    task: Task,
    arguments: tuple[Any, ...],
    on_tick: Callable[[], None],
    tick_seconds: float,
) -> bool:
    """True: all finished. False: a worker died without a word, and the others were stopped."""
    context: Any = multiprocessing.get_context(METHOD)
    # What workers are forked from may have been started when the environment was another.
    environment = dict(os.environ)
    workers: Workers = {}
    try:
        with interrupts_held():
            for _ in range(count):
                reader, writer = context.Pipe(duplex=False)
                life, held = context.Pipe(duplex=False)
                process = context.Process(
                    target=_child, args=(task, arguments, environment, writer, life)
                )
                process.start()
                workers[process.sentinel] = (process, reader, held)
                writer.close()
                life.close()
        return _wait_for(workers, on_tick, tick_seconds)
    finally:
        _stop(workers)


def _wait_for(
    workers: Workers,
    on_tick: Callable[[], None],
    tick_seconds: float,
) -> bool:
    running = dict(workers)
    while running:
        for sentinel in wait(list(running), timeout=tick_seconds):
            process, reader, _ = running.pop(sentinel)
            process.join()
            outcome = _outcome(reader)
            if isinstance(outcome, MigrateError):
                raise outcome
            if outcome != "done":
                return False
        on_tick()
    return True


def _outcome(reader: Pipe) -> object:
    """What a worker that ended said; None: nothing, it was killed."""
    try:
        return reader.recv() if reader.poll() else None
    except EOFError:
        return None


def _stop(workers: Workers) -> None:
    for process, reader, held in workers.values():
        if process.is_alive():
            process.terminate()
        process.join(timeout=10)
        if process.is_alive():
            process.kill()
            process.join()
        process.close()
        reader.close()
        held.close()


def _child(
    task: Task,
    arguments: tuple[Any, ...],
    environment: dict[str, str],
    writer: Pipe,
    life: Pipe,
) -> None:
    """A worker's whole life. Ctrl-C reaches the terminal's whole process group; only the parent
    answers it, and then terminates the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.clear()
    os.environ.update(environment)
    threading.Thread(target=_die_with_parent, args=(life,), daemon=True).start()
    writer.send(outcome_of(task, *arguments) or "done")


def _die_with_parent(life: Pipe) -> None:
    """The parent holds the other end and never writes: its end is the parent's end, even by
    kill -9. An open transaction then rolls back, because its connection is gone."""
    with contextlib.suppress(EOFError, OSError):
        life.recv_bytes()
    os._exit(1)
