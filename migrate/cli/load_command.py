"""`migrate load`: copies every mapped table; after a stop, the same command goes on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from migrate.cli.common import (
    common_options,
    print_json,
    read_inputs,
    reading_of,
    reading_options,
    workers_option,
)
from migrate.cli.progress import shown
from migrate.cli.spending import taken

if TYPE_CHECKING:
    from migrate.pipeline.load import LoadResult


@click.command("load", short_help="Copy every mapped table; goes on after a stop.")
@common_options
@workers_option
@reading_options
@click.option(
    "--engine",
    metavar="ENGINE",
    help="Where the work runs: processes (of this machine), or dask://HOST:PORT.",
)
@click.option("--again", is_flag=True, help="Start anew, also where a load is complete.")
@click.option("--replace", is_flag=True, help="Replace rows that no run of this ledger made.")
def command(
    profile_name: str,
    mappings_folder: Path,
    as_json: bool,
    workers: int | None,
    again: bool,
    replace: bool,
    engine: str | None,
    **reading: Any,
) -> int:
    """Copy every mapped table, from a parallel scan or from exports to S3.

    What was committed is never read twice: after Ctrl-C, a crash or a lost connection the same
    command goes on where it stopped.
    """
    from migrate.pipeline.forking import warm_up

    warm_up()  # before the imports of this process, which take as long
    from migrate.pipeline.load import load
    from migrate.rehearse.environment import opened

    profile, mappings = read_inputs(profile_name, mappings_folder)
    read = reading_of(reading, engine)
    with opened(profile, mappings, workers=workers, read=read) as job, shown() as observer:
        result = load(job, again=again, replace=replace, observer=observer)
    if as_json:
        print_json(result)
    else:
        _say(result, profile.costs.currency)
    return 0


def _say(result: LoadResult, currency: str) -> None:
    click.echo(
        f"run {result.run_id}: {result.items:,} items read, {result.rows:,} rows,"
        f" {result.tombstones:,} tombstones, {result.filtered:,} filtered,"
        f" {result.rejected:,} rejects (balanced) in {result.seconds:.1f} s"
    )
    if result.read_units or result.read_units_estimate:
        spent = taken(
            result.read_units,
            result.read_units_estimate,
            result.cost,
            result.cost_estimate,
            currency,
        )
        throttled = f"; throttled {result.throttles:,} times" if result.throttles else ""
        click.echo(spent + throttled)
    if result.rejected:
        click.echo("see `migrate rejects`; next: `migrate finalise`")
