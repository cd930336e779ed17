"""Commands that run for weeks: signals end them well, and an endpoint tells how they are."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from migrate.observe import Note, Observer

if TYPE_CHECKING:
    from migrate.pipeline.job import Job

_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Stop:
    """`event` is set by SIGTERM and Ctrl-C; `signals` are those that came."""

    event: threading.Event = field(default_factory=threading.Event)
    signals: list[int] = field(default_factory=list)

    def exit_code(self, otherwise: int) -> int:
        """0 after SIGTERM, 130 after Ctrl-C, as shells expect."""
        if not self.signals:
            return otherwise
        return _INTERRUPTED if self.signals[0] == signal.SIGINT else 0


@contextmanager
def stopped_by_signals() -> Iterator[Stop]:
    """The transaction at hand is finished; a second Ctrl-C ends the command at once. Only the main
    thread may ask for it."""
    stop = Stop()

    def handle(number: int, _: FrameType | None) -> None:
        stop.signals.append(number)
        stop.event.set()
        if number == signal.SIGINT:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {one: signal.signal(one, handle) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def listen_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """--listen, for commands that run as a service."""
    return click.option(
        "--listen",
        metavar="HOST:PORT",
        help="Serve /healthz, /readyz and /metrics there.",
    )(function)


@contextmanager
def listened_to(job: Job, observer: Observer, listen: str | None) -> Iterator[Observer]:
    """The observer to give to the service, with the endpoint up where one was asked for."""
    if listen is None:
        yield observer
        return
    from migrate.observe.endpoint import Pulse, listening
    from migrate.pipeline.service_state import ServiceState

    pulse = Pulse(observer)
    with listening(listen, pulse, ServiceState(job)) as port:
        observer(Note(f"/healthz, /readyz and /metrics on port {port}"))
        yield pulse
