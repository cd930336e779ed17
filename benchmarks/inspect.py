"""How fast tables are inspected, compared with loading them: `python -m benchmarks.inspect`.

Method: the same synthetic ChatMessage table (benchmarks/scan_source.py) is inspected and loaded in
turn, on the same servers, by the same flows as `migrate inspect` and `migrate load`. What counts
is the ratio of the two within one round: it should not be below 0.5. The seconds alone say more
about the machine. On a machine shared with others the ratio of processor time, of the worker
processes alone, is the steadier of the two; PostgreSQL's own time is not in it.
The workers say themselves what they took.
"""

from __future__ import annotations

import os
import statistics
import time
from dataclasses import dataclass

import click

from benchmarks.load import chat_message_mapping, target
from benchmarks.scan_source import scan_source
from migrate.aws import Source
from migrate.pipeline.inspect import inspect_tables
from migrate.pipeline.job import Job
from migrate.pipeline.load import load
from migrate.target.connection import Target


@dataclass(frozen=True)
class Cost:
    """Wall seconds, and processor seconds of the workers."""

    wall: float
    cpu: float


def inspecting(job: Job, items: int) -> Cost:
    """What it costs to inspect the job's tables, which hold so many items."""
    started = time.monotonic()
    inspection = inspect_tables(job)
    assert inspection.items == items
    return Cost(time.monotonic() - started, inspection.cpu_seconds)


def loading(job: Job, items: int) -> Cost:
    """What it costs to load them."""
    started = time.monotonic()
    result = load(job, again=True)
    assert result.items == items
    return Cost(time.monotonic() - started, result.client_cpu_seconds)


@click.command()
@click.option("--items", type=int, default=200_000)
@click.option("--rounds", type=int, default=3)
@click.option("--workers", type=int, default=os.cpu_count() or 1)
def main(items: int, rounds: int, workers: int) -> None:
    """Print one line a round, then the median ratio."""
    click.echo(f"{items:,} items, {workers} workers")
    click.echo("inspect: items/s, CPU us an item; load: the same; ratio of speed, of CPU")
    ratios = []
    with target() as url, scan_source(items) as endpoint:
        job = Job(
            profile="benchmark",
            mappings=[chat_message_mapping()],
            source=Source("ap-northeast-1", endpoint),
            api_id="a" * 26,
            environment="bench",
            target=Target(url),
            workers=workers,
        )
        for _ in range(rounds):
            inspected = inspecting(job, items)
            loaded = loading(job, items)
            ratios.append(loaded.wall / inspected.wall)
            click.echo(
                f"{_rate(inspected, items)}  {_rate(loaded, items)}"
                f" {ratios[-1]:7.2f} {loaded.cpu / inspected.cpu:7.2f}"
            )
    click.echo(f"median ratio of speed {statistics.median(ratios):.2f}")


def _rate(cost: Cost, items: int) -> str:
    return f"{items / cost.wall:>9,.0f}/s {cost.cpu / items * 1e6:6.1f} us"


if __name__ == "__main__":
    main()
