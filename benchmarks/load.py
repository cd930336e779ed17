"""How fast the loader is, and whether its memory stays flat: `python -m benchmarks.load`.

Method: a synthetic ChatMessage table (benchmarks/scan_source.py) is loaded into the target by the
same flow as `migrate load`; throughput is items over the wall time of loading, memory the largest
resident set of any worker. Sizes run one after another on the same servers, so compare the rows of
one run with each other, not with another machine's.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from benchmarks.scan_source import scan_source
from migrate.aws import Source
from migrate.mapping.files import validate_document
from migrate.mapping.spec import Mapping
from migrate.pipeline.job import Job
from migrate.pipeline.load import LoadResult, load
from migrate.rehearse.stack.stack import local_stack, remove_unused
from migrate.target.connection import Target
from migrate.yaml_source import read


def chat_message_mapping() -> Mapping:
    """HugMeDo's own ChatMessage mapping, without references to tables that are not loaded."""
    mapping = validate_document(read(Path("mappings/hugmedo/ChatMessage.yaml")))
    columns = {
        name: column.model_copy(update={"references": None})
        for name, column in mapping.columns.items()
    }
    return mapping.model_copy(update={"columns": columns})


def run(items: int, target_url: str, workers: int) -> LoadResult:
    """Load one table of `items` anew."""
    with scan_source(items) as endpoint:
        job = Job(
            profile="benchmark",
            mappings=[chat_message_mapping()],
            source=Source("ap-northeast-1", endpoint),
            api_id="a" * 26,
            environment="bench",
            target=Target(target_url),
            workers=workers,
        )
        return load(job, again=True)


@contextmanager
def target() -> Iterator[str]:
    """MIGRATE_TARGET_URL, else an embedded PostgreSQL of its own."""
    given = os.environ.get("MIGRATE_TARGET_URL")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory() as folder:
        servers = Path(folder) / "stack"
        try:
            with local_stack(servers, need_source=False, need_target=True) as stack:
                assert stack.target_url is not None
                yield stack.target_url
        finally:
            remove_unused(servers)  # under root its files lie outside of this folder


@click.command()
@click.option("--items", multiple=True, type=int, default=(20_000, 200_000, 1_000_000))
@click.option("--workers", type=int, default=os.cpu_count() or 1)
def main(items: tuple[int, ...], workers: int) -> None:
    """Print one line a size."""
    click.echo(f"{workers} workers; items/s, MB/s of Scan bodies, CPU us an item, peak RSS MB")
    with target() as url:
        for count in items:
            result = run(count, url, workers)
            cpu = result.client_cpu_seconds / result.items * 1e6
            click.echo(
                f"{result.items:>10,} items {result.seconds:8.1f} s"
                f" {result.items_per_second:>10,.0f}/s {result.megabytes_per_second:7.1f} MB/s"
                f" {cpu:7.1f} us {result.peak_rss_megabytes:7.1f} MB"
            )


if __name__ == "__main__":
    main()
