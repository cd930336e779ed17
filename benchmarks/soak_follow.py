"""Histories of a changing source that is followed: each ends as a fresh load of it would."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator

from benchmarks.soak_case import Case
from tests import servers
from tests.follow.random_histories import run_case


def follow_histories(seed: int, only: str, count: int) -> Iterator[Case]:
    """Cases of one seed each."""
    with servers.session_folder() as folder, servers.postgres(folder) as url:
        for number in range(seed, seed + count):
            title = f"follow-histories seed {number}"
            if only in title:
                yield _one(title, number, url)


def _one(title: str, seed: int, url: str) -> Case:
    started, problems, changes = time.monotonic(), [], 0
    try:
        changes = run_case(seed, url)
    except Exception:  # noqa: BLE001 - one that fails must not end the others
        problems.append(traceback.format_exc())
    return Case(title, time.monotonic() - started, problems, {"seed": seed, "changes": changes})
