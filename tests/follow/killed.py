"""A follower in a process of its own that dies at a named place: kill -9, nothing is tidied up."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import threading
from datetime import datetime
from typing import Any

from migrate.pipeline.follow import Follower
from migrate.pipeline.job import Job

POINTS = (
    "migrate.pipeline.follow_apply.captured.pending",
    "migrate.pipeline.follow_apply.applied.advance",
    "migrate.pipeline.follow_apply.applied.take_waiting_of",
    "migrate.pipeline.follow_apply.rejects.supersede",
    "migrate.pipeline.follow_apply.RowWriter.remove",
    "migrate.pipeline.follow_apply.RowWriter.write",
    "migrate.pipeline.follow_apply.applied.wait",
    "migrate.pipeline.follow_apply.rejects.add",
    "migrate.pipeline.follow_apply.applied.count",
    "migrate.pipeline.follow_apply.Applier.apply",
    "migrate.pipeline.follow_apply.Applier.try_waiting",
    "migrate.pipeline.follow.copies_of",
)


def killed(job: Job, now: datetime, point: str, time: int, *, after: bool) -> bool:
    """Whether it got so far that it died when `point` was called for the `time`-th time."""
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_follow, args=(job, now, point, time, after))
    process.start()
    process.join(60)
    assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
    return process.exitcode != 0


def _follow(job: Job, now: datetime, point: str, time: int, after: bool) -> None:
    _arm(point, time, after=after)
    with Follower(job, now=lambda: now) as follower:
        follower.run(threading.Event(), "caught-up")


def _arm(point: str, time: int, *, after: bool) -> None:
    holder, name = holder_of(point)
    whole = getattr(holder, name)
    left = time

    def dying(*arguments: Any, **named: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0 and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = whole(*arguments, **named)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(holder, name, dying)


def holder_of(point: str) -> tuple[Any, str]:
    """The module or class that holds it."""
    parts = point.split(".")
    for end in range(len(parts) - 1, 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:-1]:
            found = getattr(found, part)
        return found, parts[-1]
    raise AssertionError(point)
