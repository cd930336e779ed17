"""`migrate finalise`: judges duplicates and orphans, puts constraints back."""

from __future__ import annotations

from pathlib import Path

import click

from migrate.cli.common import common_options, print_json, read_inputs
from migrate.cli.progress import shown


@click.command("finalise", short_help="Judge duplicates and orphans, put constraints back.")
@click.option(
    "--without-foreign-keys",
    is_flag=True,
    help="Unique constraints and indexes only, so that the copy goes on following.",
)
@common_options
def command(
    without_foreign_keys: bool, profile_name: str, mappings_folder: Path, as_json: bool
) -> int:
    """Finish a load: judge what needs all rows, put constraints and indexes back, analyse."""
    from migrate.pipeline.finalise import finalise
    from migrate.rehearse.environment import opened

    profile, mappings = read_inputs(profile_name, mappings_folder)
    with opened(profile, mappings) as job, shown() as observer:
        result = finalise(job, observer, foreign_keys=not without_foreign_keys)
    if as_json:
        print_json(result)
    else:
        click.echo(
            f"run {result.run_id}: {result.attached} constraints and indexes put back,"
            f" {result.rejected:,} items moved to the rejects"
        )
    return 0
