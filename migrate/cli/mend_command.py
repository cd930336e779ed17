"""`migrate mend`: fills gaps of captured tables with incremental exports."""

from __future__ import annotations

from pathlib import Path

import click

from migrate.cli.common import common_options, print_json, read_inputs, table
from migrate.cli.progress import shown


@click.command("mend", short_help="Fill gaps of the capture with incremental exports.")
@common_options
@click.option(
    "--export",
    "location",
    required=True,
    metavar="LOCATION",
    help="Incremental exports: in this folder, or s3://bucket/prefix.",
)
@click.option("--model", metavar="MODEL", help="Only the newest gap of this model's table.")
@click.option("--offline", is_flag=True, help="Do not compare the tables with DynamoDB's.")
@click.option(
    "--accept-edited-manifest",
    is_flag=True,
    help="Take manifests whose checksum does not fit.",
)
def command(
    profile_name: str,
    mappings_folder: Path,
    as_json: bool,
    location: str,
    model: str | None,
    offline: bool,
    accept_edited_manifest: bool,
) -> int:
    """Fill the gaps that `migrate capture` found, so that the tables need not be copied again.

    The exports must hold, window behind window, all changes from 5 minutes before the end of what
    was captured to 5 minutes after the stream was captured again. All gaps are filled, or none.
    """
    from migrate.pipeline.mend import mend
    from migrate.rehearse.environment import opened

    profile, mappings = read_inputs(profile_name, mappings_folder)
    tables = profile.source.model_copy(update={"export": None})  # not what a load would read
    profile = profile.model_copy(update={"source": tables})
    with opened(profile, mappings, need_source=not offline) as job, shown() as observer:
        result = mend(
            job,
            location,
            model=model,
            offline=offline,
            accept_edited_manifest=accept_edited_manifest,
            observer=observer,
        )
    if as_json:
        print_json(result)
    elif not result.tables:
        click.echo("there is no gap to mend")
    else:
        heads = ["model", "from", "to", "exports", "changes"]
        table([[t.model, t.since, t.until, t.exports, t.changes] for t in result.tables], heads)
        click.echo("the gaps are mended; `migrate follow` goes on")
    return 0
