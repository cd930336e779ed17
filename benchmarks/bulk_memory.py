"""Whether a worker's memory stays flat: the same load of few and of very many items.

A trigger of the target drops each row behind COPY, so that the target needs no room for them. A
scan's items are made while they are read (benchmarks/scan_source.py); an export repeats the same
stretch of items, which packs well, and is deleted afterwards.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from itertools import chain, islice, repeat
from pathlib import Path
from typing import Any

import click

from benchmarks.bulk_target import fresh_database, swallow_rows
from benchmarks.bulk_work import timed_load
from benchmarks.data.dataset import API_ID, ENVIRONMENT, REGION, data_set
from benchmarks.data.messages import MODEL, messages
from benchmarks.scan_source import scan_source
from migrate.aws import Source
from migrate.mapping.spec import Mapping
from migrate.pipeline.exported import chains
from migrate.pipeline.job import Job
from migrate.target.connection import Target

_REPEATED_ITEMS = 20_000
Jobs = Callable[[Job, int], AbstractContextManager[Job]]
"""A job that reads so many items, while its block lasts."""


def peak_memory(
    server_url: str, mappings: Sequence[Mapping], sizes: Sequence[int], workers: int
) -> dict[str, Any]:
    """Largest resident set of a worker in megabytes, by source and number of items, and the last
    number's as a multiple of the first's."""
    url = fresh_database(server_url, "bulk_memory")
    job = Job(
        profile="benchmark",
        mappings=mappings,
        source=Source(REGION),
        api_id=API_ID,
        environment=ENVIRONMENT,
        target=Target(url),
        workers=workers,
    )
    with _scanning(job, 1000) as first:
        timed_load(first)  # makes the tables
    swallow_rows(url, job.target_tables)
    return {
        name: _measured(name, jobs, job, sizes)
        for name, jobs in {"scan": _scanning, "export": _exported}.items()
    }


def _measured(name: str, jobs: Jobs, job: Job, sizes: Sequence[int]) -> dict[str, Any]:
    found: dict[str, float] = {}
    for items in sizes:
        with jobs(job, items) as reading:
            loaded = timed_load(reading)
        assert loaded.result.items == items
        found[str(items)] = loaded.rss_megabytes
        click.echo(f"  {name} of {items:,} items: {loaded.rss_megabytes} MB", err=True)
    values = list(found.values())
    return {"megabytes": found, "growth": round(values[-1] / values[0], 3)}


@contextmanager
def _scanning(job: Job, items: int) -> Iterator[Job]:
    with scan_source(items) as endpoint:
        yield replace(job, source=Source(REGION, endpoint))


@contextmanager
def _exported(job: Job, items: int) -> Iterator[Job]:
    def repeated() -> Iterator[tuple[str, bytes]]:
        stretch = [(MODEL, item) for item in messages(_REPEATED_ITEMS)]
        return islice(chain.from_iterable(repeat(stretch)), items)

    with tempfile.TemporaryDirectory() as folder:
        data = data_set(Path(folder), "repeated", items, job.mappings, repeated, compression=1)
        export = chains(str(data.export), job.source, job.mappings, API_ID, ENVIRONMENT)
        yield replace(job, export=export, offline=True)
