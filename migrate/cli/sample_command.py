"""`migrate sample`: writes the synthetic HugMeDo into an emulator, or as exports into a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from migrate.cli.common import common_options, print_json, read_inputs
from migrate.cli.progress import shown


@click.command("sample", short_help="Write synthetic source data into an emulator or a folder.")
@common_options
@click.option("--items", type=click.IntRange(min=1), help="How many items; default: the profile's.")
@click.option("--seed", type=int, help="Another seed makes other data; default: the profile's.")
@click.option(
    "--export",
    "export_folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write one full export a table into this folder instead, as S3 would hold it.",
)
def command(
    profile_name: str,
    mappings_folder: Path,
    as_json: bool,
    items: int | None,
    seed: int | None,
    export_folder: Path | None,
) -> int:
    """Write the synthetic sample into the emulator's tables. Refused for a real account.

    With --export nothing but the folder is written: neither an emulator nor AWS is needed.

    The sample is always HugMeDo's: other mappings do not change what it holds.
    """
    if export_folder is None:
        result = _in_emulator(profile_name, mappings_folder, items, seed)
        where = "the source tables"
    else:
        result = _as_exports(profile_name, export_folder, items, seed)
        where = str(export_folder)
    if as_json:
        print_json(result)
    else:
        click.echo(f"{result['items']:,} items, seed {result['seed']}, lie in {where}")
    return 0


def _in_emulator(
    profile_name: str, mappings_folder: Path, items: int | None, seed: int | None
) -> dict[str, Any]:
    from migrate.rehearse.environment import opened
    from migrate.rehearse.prepare import prepare_sample

    profile, mappings = read_inputs(profile_name, mappings_folder)
    with opened(profile, mappings) as job, shown() as observer:
        result = prepare_sample(profile, job, items=items, seed=seed, observer=observer)
    return {**result, "exports": []}


def _as_exports(
    profile_name: str, folder: Path, items: int | None, seed: int | None
) -> dict[str, Any]:
    from migrate.rehearse.prepare import export_sample
    from migrate.rehearse.profile import load_profile

    return export_sample(load_profile(profile_name), folder, items=items, seed=seed)
