"""`migrate lint`: checks mappings and rules, all problems at once; with --target, the catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from migrate.cli.common import common_options, print_json, suites_option
from migrate.cli.failure import USAGE, show_problems

if TYPE_CHECKING:
    from migrate.pipeline.specification import Specification


@click.command("lint", short_help="Check mappings and rules; all problems at once.")
@common_options
@suites_option
@click.option("--target", "with_target", is_flag=True, help="Also compare with the live target.")
@click.option("--schema", "as_schema", is_flag=True, help="Print the JSON Schema of mapping files.")
def command(
    profile_name: str,
    mappings_folder: Path,
    as_json: bool,
    suites_folder: Path | None,
    with_target: bool,
    as_schema: bool,
) -> int:
    """Check every mapping and every business rule; show all problems with their place.

    Changes nothing. With --schema nothing is checked: editors complete and check mapping files by
    what it prints.
    """
    if as_schema:
        from migrate.mapping.schema import text

        click.echo(text(), nl=False)
        return 0
    from migrate.errors import SpecError
    from migrate.pipeline.specification import read_specification
    from migrate.rehearse.profile import load_profile

    try:
        profile = load_profile(profile_name)
        specification = read_specification(mappings_folder, suites_folder)
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

        with opened(profile, specification.mappings, need_source=False) as job:
            differences = target_differences(job)
    _show(specification, differences, as_json=as_json)
    return USAGE if differences else 0


def _show(specification: Specification, differences: list[str], *, as_json: bool) -> None:
    mappings = specification.mappings
    if as_json:
        listed = [{"message": one} for one in differences]
        models = [mapping.model for mapping in mappings]
        suites = [suite.name for suite in specification.rules]
        passed = not differences
        print_json({"passed": passed, "models": models, "suites": suites, "problems": listed})
        return
    for one in differences:
        click.echo(f"target: {one}", err=True)
    tables = len({table.target for mapping in mappings for table in mapping.tables})
    rules = specification.rules_total
    click.echo(f"{len(mappings)} mappings, {tables} tables, {rules} business rules: no problem")


def vars_of(problem: object) -> dict[str, object]:
    """A problem as JSON."""
    from dataclasses import asdict

    return asdict(problem)  # type: ignore[call-overload,no-any-return]
