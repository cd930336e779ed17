"""Shows events on stderr: a live bar on a terminal, plain lines at a steady pace elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from migrate.observe import (
    CaptureProgress,
    Event,
    ExportProgress,
    FetchProgress,
    FollowProgress,
    InspectProgress,
    LoadProgress,
    Note,
    Observer,
    Progress,
    SampleProgress,
    StepFinished,
    StepStarted,
    VerifyProgress,
)

_PLAIN_SECONDS = 5.0
_SERVICE_SECONDS = 60.0  # a service that has nothing to do says so once a minute, for weeks


@contextmanager
def shown() -> Iterator[Observer]:
    """An observer for the length of the block."""
    if sys.stderr.isatty():
        with _live() as observer:
            yield observer
    else:
        yield _Plain()


class _Plain:
    """Lines without colour or movement, for files and pipes."""

    def __init__(self) -> None:
        self._last = 0.0
        self._count = -1

    def __call__(self, event: Event) -> None:
        if isinstance(event, Progress):
            count = _service_count(event)
            is_idle = count is not None and count == self._count
            if time.monotonic() - self._last < (_SERVICE_SECONDS if is_idle else _PLAIN_SECONDS):
                return
            self._last = time.monotonic()
            self._count = -1 if count is None else count
        text = _words(event)
        if text:
            click.echo(text, err=True)


def _service_count(event: Progress) -> int | None:
    """What grows while a service has something to do; None: it is no service's event."""
    if isinstance(event, CaptureProgress):
        return event.changes
    return event.applied if isinstance(event, FollowProgress) else None


def _words(event: Event) -> str:
    if isinstance(event, StepStarted):
        return f"{event.name} ..."
    if isinstance(event, StepFinished):
        return f"{event.name}: {event.seconds:.1f} s {event.summary}".rstrip()
    if isinstance(event, Note):
        return f"note: {event.message}"
    if isinstance(event, VerifyProgress):
        rate = event.items / event.seconds if event.seconds > 0 else 0.0
        return f"validate: {event.items:,} items compared, {rate:,.0f} items/s"
    if isinstance(event, ExportProgress):
        return (
            f"export: {event.done} done, {event.at_work} at work, {event.not_begun} not begun,"
            f" {event.seconds:.0f} s"
        )
    if isinstance(event, FetchProgress):
        return f"fetch: {event.done:,} of {event.files:,} files, {event.seconds:.0f} s"
    if isinstance(event, CaptureProgress | FollowProgress):
        return _following_words(event)
    return _progress_words(event)


def _following_words(event: CaptureProgress | FollowProgress) -> str:
    lag = f"{event.lag_seconds:,.0f} s behind"
    if isinstance(event, FollowProgress):
        waiting = f", {event.waiting:,} keys wait" if event.waiting else ""
        return f"follow: {event.applied:,} applied, {event.pending:,} pending{waiting}, {lag}"
    left = event.hours_to_horizon
    horizon = "" if left is None else f", {left:.1f} h to the horizon"
    return f"capture: {event.changes:,} changes of {event.tables} tables, {lag}{horizon}"


def _progress_words(event: LoadProgress | SampleProgress | InspectProgress) -> str:
    rate = event.items / event.seconds if event.seconds > 0 else 0.0
    if isinstance(event, LoadProgress):
        text = f"load: {event.items:,} items, {rate:,.0f} items/s, {event.rejected:,} rejects"
    else:
        what = "sample" if isinstance(event, SampleProgress) else "inspect"
        text = f"{what}: {event.items:,} items, {rate:,.0f} items/s"
    if event.items_expected > event.items and rate > 0:
        left = (event.items_expected - event.items) / rate
        share = event.items / event.items_expected
        text += f", {share:.0%}, about {left:.0f} s left"
    return text


@contextmanager
def _live() -> Iterator[Observer]:
    from rich import progress as bars
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    columns = (
        bars.SpinnerColumn(),
        bars.TextColumn("{task.description}"),
        bars.BarColumn(bar_width=24),
        bars.TimeElapsedColumn(),
    )
    with bars.Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=None)

        def observe(event: Event) -> None:
            _update(progress, task, event)

        yield observe


def _update(progress: Any, task: Any, event: Event) -> None:
    if isinstance(event, LoadProgress | SampleProgress | InspectProgress):
        total = event.items_expected if event.items_expected >= event.items else None
        description = _progress_words(event)
        progress.update(task, description=description, completed=event.items, total=total)
    elif isinstance(event, Progress):
        progress.update(task, description=_words(event))
    elif isinstance(event, StepStarted):
        progress.reset(task, description=event.name, total=None)
    else:
        progress.console.print(_words(event), markup=False)
