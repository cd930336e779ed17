"""Whether a worker's memory stays flat: the same load of few and of very many items.

The items are made while they are read (benchmarks/scan_source.py), and a trigger of the target
drops each row behind COPY, so that neither side needs room for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from benchmarks.bulk_target import fresh_database, swallow_rows
from benchmarks.bulk_work import timed_load
from benchmarks.data.dataset import API_ID, ENVIRONMENT, REGION
from benchmarks.scan_source import scan_source
from migrate.aws import Source
from migrate.mapping.spec import Mapping
from migrate.pipeline.job import Job
from migrate.target.connection import Target

_FEW = 1000


def peak_memory(
    server_url: str, mappings: Sequence[Mapping], sizes: Sequence[int], workers: int
) -> dict[str, Any]:
    """Largest resident set of a worker, in megabytes, by number of items; last by first."""
    url = fresh_database(server_url, "bulk_memory")
    found: dict[str, float] = {}
    with scan_source(_FEW) as endpoint:
        timed_load(_job(url, mappings, endpoint, workers))  # makes the tables
    swallow_rows(url, [table.target for mapping in mappings for table in mapping.tables])
    for items in sizes:
        with scan_source(items) as endpoint:
            loaded = timed_load(_job(url, mappings, endpoint, workers))
        assert loaded.result.items == items
        found[str(items)] = loaded.rss_megabytes
        click.echo(f"  peak memory of {items:,} items: {loaded.rss_megabytes} MB", err=True)
    values = list(found.values())
    return {"megabytes": found, "growth": round(values[-1] / values[0], 3)}


def _job(url: str, mappings: Sequence[Mapping], endpoint: str, workers: int) -> Job:
    return Job(
        profile="benchmark",
        mappings=mappings,
        source=Source(REGION, endpoint),
        api_id=API_ID,
        environment=ENVIRONMENT,
        target=Target(url),
        workers=workers,
    )
