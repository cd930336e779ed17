"""Histories of a changing source: each ends as a fresh load, or is copied again for a cause."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator

from benchmarks.soak_case import Case
from tests import servers
from tests.follow import random_histories, whole_histories

Play = Callable[[int, str], int]
"""(seed, URL of a server) -> how many changes; raises AssertionError."""


def follow_histories(seed: int, only: str, count: int) -> Iterator[Case]:
    """Captured by hand, applied by the tool; cases of one seed each."""
    return _cases("follow-histories", random_histories.run_case, seed, only, count)


def copy_histories(seed: int, only: str, count: int) -> Iterator[Case]:
    """The whole path: captured, loaded, followed and drained by the tools, with kills."""
    return _cases("copy-histories", whole_histories.run_case, seed, only, count)


def _cases(family: str, play: Play, seed: int, only: str, count: int) -> Iterator[Case]:
    with servers.session_folder() as folder, servers.postgres(folder) as url:
        for number in range(seed, seed + count):
            title = f"{family} seed {number}"
            if only in title:
                yield _one(title, play, number, url)


def _one(title: str, play: Play, seed: int, url: str) -> Case:
    started, problems, changes = time.monotonic(), [], 0
    try:
        changes = play(seed, url)
    except Exception:  # noqa: BLE001 - one that fails must not end the others
        problems.append(traceback.format_exc())
    return Case(title, time.monotonic() - started, problems, {"seed": seed, "changes": changes})
