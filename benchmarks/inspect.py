"""How fast tables are inspected, compared with loading them: `python -m benchmarks.inspect`.

Method: the same synthetic ChatMessage table (benchmarks/scan_source.py) is inspected and loaded in
turn, on the same servers, by the same flows as `migrate inspect` and `migrate load`. What counts
is the ratio of the two within one round: it should not be below 0.5. The seconds alone say more
about the machine.
"""

from __future__ import annotations

import os
import statistics
import time

import click

from benchmarks.load import chat_message_mapping, target
from benchmarks.scan_source import scan_source
from migrate.aws import Source
from migrate.pipeline.inspect import inspect_tables
from migrate.pipeline.job import Job
from migrate.pipeline.load import load
from migrate.target.connection import Target


def one_round(job: Job, items: int) -> tuple[float, float]:
    """Seconds to inspect and to load `items`, from the start of the work to its end."""
    inspection = inspect_tables(job)
    assert inspection.items == items
    started = time.monotonic()
    result = load(job, again=True)
    seconds = time.monotonic() - started
    assert result.items == items
    return inspection.seconds, seconds


@click.command()
@click.option("--items", type=int, default=200_000)
@click.option("--rounds", type=int, default=3)
@click.option("--workers", type=int, default=os.cpu_count() or 1)
def main(items: int, rounds: int, workers: int) -> None:
    """Print one line a round, then the median ratio."""
    click.echo(f"{items:,} items, {workers} workers; items/s to inspect, to load, ratio")
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
            inspect_seconds, load_seconds = one_round(job, items)
            ratios.append(load_seconds / inspect_seconds)
            click.echo(
                f"{items / inspect_seconds:>10,.0f}/s {items / load_seconds:>10,.0f}/s"
                f" {ratios[-1]:6.2f}"
            )
    click.echo(f"median ratio {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
