"""Runs the suites in a process of their own, beside the reconciliation.

Importing Great Expectations takes 6 s of CPU, which a thread would take from the reconciliation;
and what it prints, warns or leaves behind stays in a process that ends.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection as Pipe
from multiprocessing.process import BaseProcess

from migrate.errors import DefectError, MigrateError, RetryLaterError
from migrate.mapping.spec import Mapping
from migrate.validate.session import Connect
from migrate.validate.suites.check import Suite
from migrate.validate.suites.outcome import SuiteOutcome
from migrate.validate.suites.run import run_suites

_END_SECONDS = 10

_Answer = list[SuiteOutcome] | MigrateError


class Running:
    """Suites that run meanwhile."""

    def __init__(self, process: BaseProcess, answers: Pipe) -> None:
        self._process = process
        self._answers = answers
        self._answered = False

    def outcomes(self) -> list[SuiteOutcome]:
        """Wait for the end. Raises what the run raised, RetryLaterError when it was killed."""
        try:
            answer: _Answer = self._answers.recv()
        except EOFError:
            raise RetryLaterError(
                "the process of the suites ended before its work",
                "it may have been killed for want of memory; the same command starts anew",
            ) from None
        self._answered = True
        if isinstance(answer, MigrateError):
            raise answer
        return answer

    def end(self) -> None:
        """Let a process that has answered end by itself; stop any other."""
        if self._answered:
            self._process.join(timeout=_END_SECONDS)
        self._process.terminate()
        self._process.join()
        self._process.close()


@contextmanager
def suites_running(
    connect: Connect, mappings: Sequence[Mapping], rules: Sequence[Suite]
) -> Iterator[Running]:
    """Start the suites; they are stopped at the end of the block if nobody waited for them."""
    context = multiprocessing.get_context("spawn")
    answers, sender = context.Pipe(duplex=False)
    life, held = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(connect, mappings, rules, sender, life))
    process.start()
    sender.close()
    life.close()
    running = Running(process, answers)
    try:
        yield running
    finally:
        running.end()
        answers.close()
        held.close()


def _child(
    connect: Connect,
    mappings: Sequence[Mapping],
    rules: Sequence[Suite],
    sender: Pipe,
    life: Pipe,
) -> None:
    """The process's whole life. Ctrl-C is the parent's to answer; it then ends this process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A progress bar inside Great Expectations makes a lock. Made for fork it has no name in the
    # system that a process which is stopped would leave behind, with a warning.
    multiprocessing.set_start_method("fork", force=True)
    threading.Thread(target=_end_with_parent, args=(life,), daemon=True).start()
    try:
        sender.send(run_suites(connect, mappings, rules))
    except MigrateError as error:
        sender.send(error)
    except Exception as error:  # noqa: BLE001 - the last place before the process ends
        # Only the kind: an exception's text may hold a value of a row, or of a connection.
        sender.send(DefectError(f"the suites could not be run: {type(error).__name__}"))


def _end_with_parent(life: Pipe) -> None:
    """The parent holds the other end and never writes: its end is the parent's end."""
    with suppress(EOFError, OSError):
        life.recv_bytes()
    os._exit(1)
