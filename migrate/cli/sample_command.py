"""`migrate sample`: writes the synthetic HugMeDo into an emulator."""

from __future__ import annotations

from pathlib import Path

import click

from migrate.cli.common import common_options, print_json, read_inputs
from migrate.cli.progress import shown


@click.command("sample", short_help="Write synthetic source data into an emulator.")
@common_options
@click.option("--items", type=click.IntRange(min=1), help="How many items; default: the profile's.")
@click.option("--seed", type=int, help="Another seed makes other data; default: the profile's.")
def command(
    profile_name: str, mappings_folder: Path, as_json: bool, items: int | None, seed: int | None
) -> int:
    """Write the synthetic sample into the emulator's tables. Refused for a real account."""
    from migrate.rehearse.environment import opened
    from migrate.rehearse.prepare import prepare_sample

    profile, mappings = read_inputs(profile_name, mappings_folder)
    with opened(profile, mappings) as job, shown() as observer:
        result = prepare_sample(profile, job, items=items, seed=seed, observer=observer)
    if as_json:
        print_json(result)
    else:
        click.echo(f"{result['items']:,} items, seed {result['seed']}, lie in the source tables")
    return 0
