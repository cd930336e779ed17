"""Loads that are killed again and again: each ends equal, nothing lost and nothing twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.soak_case import Case
from tests import servers
from tests.interrupt import random_cases, random_export_cases

RunCase = Callable[[int, str, str], int]
"""(seed, PostgreSQL's URL, DynamoDB's endpoint) -> accidents that hit."""


def scan_kills(seed: int, only: str, count: int) -> Iterator[Case]:
    """Accidents during loads by scan, and their finalise."""
    return _kills("scan-kills", random_cases.run_case, seed, only, count)


def export_kills(seed: int, only: str, count: int) -> Iterator[Case]:
    """Accidents during loads from exports."""
    return _kills("export-kills", random_export_cases.run_case, seed, only, count)


def _kills(name: str, run: RunCase, seed: int, only: str, count: int) -> Iterator[Case]:
    """Cases of one seed each, until `count` accidents have hit."""
    if not Path("/proc/self/stat").exists():
        raise SystemExit(f"{name} finds worker processes in /proc, which this system has not")
    hits = 0
    with (
        servers.session_folder() as folder,
        servers.postgres(folder) as url,
        servers.ministack(folder) as dynamodb,
    ):
        while hits < count:
            title = f"{name} seed {seed}"
            if only in title:
                case, hit = _one(title, run, seed, url, dynamodb)
                hits += hit
                yield case
            else:
                hits += 1
            seed += 1


def _one(title: str, run: RunCase, seed: int, url: str, dynamodb: str) -> tuple[Case, int]:
    started, problems, hits = time.monotonic(), [], 1
    try:
        hits = run(seed, url, dynamodb)
    except Exception as broken:  # noqa: BLE001 - whatever a case makes happen is a finding
        problems = [f"{type(broken).__name__}: {broken}"]
    facts = {"seed": seed, "accidents": hits}
    return Case(title, time.monotonic() - started, problems, facts), hits
