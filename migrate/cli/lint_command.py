"""`migrate lint`: checks mappings, all problems at once; with --target, against the catalogue."""

from __future__ import annotations

from pathlib import Path

import click

from migrate.cli.common import common_options, print_json, read_inputs
from migrate.cli.failure import USAGE, show_problems


@click.command("lint", short_help="Check mappings; all problems at once.")
@common_options
@click.option("--target", "with_target", is_flag=True, help="Also compare with the live target.")
def command(profile_name: str, mappings_folder: Path, as_json: bool, with_target: bool) -> int:
    """Check every mapping of a folder and show all problems with their place. Changes nothing."""
    from migrate.errors import SpecError

    try:
        profile, mappings = read_inputs(profile_name, mappings_folder)
    except SpecError as error:
        if as_json:
            print_json({"passed": False, "problems": [vars_of(one) for one in error.problems]})
        else:
            show_problems(error.problems)
        return USAGE
    differences: list[str] = []
    if with_target:
        from migrate.pipeline.plan import target_differences
        from migrate.rehearse.environment import opened

        with opened(profile, mappings, need_source=False) as job:
            differences = target_differences(job)
    if as_json:
        listed = [{"message": one} for one in differences]
        models = [mapping.model for mapping in mappings]
        print_json({"passed": not differences, "models": models, "problems": listed})
        return USAGE if differences else 0
    for one in differences:
        click.echo(f"target: {one}", err=True)
    tables = len({table.target for mapping in mappings for table in mapping.tables})
    click.echo(f"{len(mappings)} mappings, {tables} tables: no problem in the mappings")
    return USAGE if differences else 0


def vars_of(problem: object) -> dict[str, object]:
    """A problem as JSON."""
    from dataclasses import asdict

    return asdict(problem)  # type: ignore[call-overload,no-any-return]
