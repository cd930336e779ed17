"""`migrate drain`: brings the copy of a frozen source to its provable end."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from migrate.cli.common import common_options, print_json, read_inputs, table
from migrate.cli.progress import shown


@click.command("drain", short_help="Close the streams of a frozen source, apply all of them.")
@common_options
@click.option("--execute", is_flag=True, help="Do it; without, only say what would be done.")
def command(profile_name: str, mappings_folder: Path, as_json: bool, execute: bool) -> int:
    """Bring the copy to its end: close each table's stream, read it to its last record, apply
    everything, and open the stream again with its successor recorded.

    Only for a source that nobody writes to any more: what is written between the closing and the
    opening of a stream is in no stream. Prove the freeze first.
    """
    from migrate.pipeline.drain import drain, plan_drain
    from migrate.rehearse.environment import opened

    profile, mappings = read_inputs(profile_name, mappings_folder)
    with opened(profile, mappings) as job, shown() as observer:
        if not execute:
            steps = plan_drain(job)
            if as_json:
                print_json(
                    {"executed": False, "tables": [dataclasses.asdict(step) for step in steps]}
                )
            else:
                table([[s.model, s.table, s.action] for s in steps], ["model", "table", "would"])
                click.echo("nothing was changed; --execute does it, once the source is frozen")
            return 0
        result = drain(job, observer)
    if as_json:
        print_json(result)
    else:
        click.echo(
            f"run {result.run_id}: drained; {result.captured:,} changes captured,"
            f" {result.applied:,} applied, {result.superseded:,} superseded,"
            f" {result.rejected:,} rejected, {result.waiting:,} waiting to be judged by `finalise`"
        )
    return 0
