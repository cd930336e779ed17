"""`migrate plan`: what is there on both sides, and what a load would do."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from migrate.cli.common import (
    common_options,
    print_json,
    read_inputs,
    reading_of,
    reading_options,
    table,
)
from migrate.cli.spending import expected

if TYPE_CHECKING:
    from migrate.pipeline.job import Job
    from migrate.pipeline.plan import Plan

_BASIS = {
    False: "DynamoDB's own estimate, hours old on AWS",
    True: "as the manifests of the exports say",
}


@click.command("plan", short_help="Show what a load would do. Changes nothing.")
@common_options
@reading_options
@click.option("--sql", "show_sql", is_flag=True, help="Print the target's DDL and nothing else.")
def command(
    profile_name: str, mappings_folder: Path, as_json: bool, show_sql: bool, **reading: Any
) -> int:
    """Look at the source tables and the target, and show what a load would do.

    Read units and cost are estimates; exit code 1 also where a limit of the profile would refuse
    the load.
    """
    from migrate.pipeline.plan import ddl, make_plan
    from migrate.rehearse.environment import opened

    profile, mappings = read_inputs(profile_name, mappings_folder)
    if show_sql:
        click.echo(";\n\n".join(ddl(mappings)) + ";")
        return 0
    with opened(profile, mappings, read=reading_of(reading)) as job:
        plan = make_plan(job)
        if as_json:
            print_json(plan.as_json())
        else:
            _print(plan, job)
        return 1 if plan.differences or plan.refused else 0


def _print(plan: Plan, job: Job) -> None:
    parts = Counter(one.model for one in plan.parts)
    rows = [
        [model, one.name, one.items_estimate, one.bytes_estimate, parts[model],
         one.stream_view or "off"]
        for model, one in plan.tables.items()
    ]  # fmt: skip
    table(rows, ["model", "source table", "items", "bytes", "parts", "stream"])
    click.echo(
        f"\nabout {plan.items_estimate:,} items, {plan.bytes_estimate:,} bytes"
        f" ({_BASIS[job.export is not None]})"
    )
    budget = job.limits.read_units_per_second
    for line in expected(plan.estimate, budget, from_export=job.export is not None):
        click.echo(line)
    if plan.refused:
        click.echo(f"a load would be refused: {plan.refused}")
    click.echo(f"target {job.target.shown}: ", nl=False)
    if plan.missing:
        click.echo(f"{len(plan.missing)} tables to create: {', '.join(plan.missing)}")
    elif plan.differences:
        click.echo("does not fit the mappings:")
        for one in plan.differences:
            click.echo(f"  {one}")
    else:
        click.echo("fits the mappings")
