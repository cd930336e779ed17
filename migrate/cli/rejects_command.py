"""`migrate rejects`: what became no rows and why; `migrate rejects retry`: the way back."""

from __future__ import annotations

from pathlib import Path

import click

from migrate.cli.common import common_options, print_json, read_inputs, table
from migrate.cli.progress import shown


@click.group("rejects", invoke_without_command=True, short_help="Show rejects, or retry them.")
@common_options
@click.option("--model", metavar="MODEL", help="Only this model.")
@click.option("--rule", metavar="RULE", help="Only this rule.")
@click.option("--keys", is_flag=True, help="List every reject with its key, without values.")
@click.pass_context
def command(
    context: click.Context,
    profile_name: str,
    mappings_folder: Path,
    as_json: bool,
    model: str | None,
    rule: str | None,
    keys: bool,
) -> int:
    """Show the open rejects by rule. Values stay in the ledger: only keys and rules are shown."""
    context.obj = (profile_name, mappings_folder, as_json, model, rule)
    if context.invoked_subcommand is not None:
        return 0
    from migrate.pipeline.review import rejects_of
    from migrate.rehearse.environment import opened

    profile, mappings = read_inputs(profile_name, mappings_folder)
    with opened(profile, mappings, need_source=False) as job:
        found = rejects_of(job, model=model, rule=rule, with_keys=keys or as_json)
    if as_json:
        print_json(found)
        return 0
    if keys:
        rows = [[one["model"], one["rule"], one["where"], one["key"]] for one in found["rejects"]]
        table(rows, ["model", "rule", "where", "key"])
    else:
        rows = [
            [one["count"], one["model"], one["rule"], one["where"], one["cause"]]
            for one in found["rules"]
        ]
        table(rows, ["count", "model", "rule", "where", "cause"])
    click.echo(f"\nrun {found['run_id']}: {found['open']:,} open rejects")
    return 0


@command.command("retry", short_help="Read rejected items again, map and write them.")
@click.pass_obj
def retry(options: tuple[str, Path, bool, str | None, str | None]) -> int:
    """Read rejected items again with today's mapping; write what is good now.

    Filters stand before the word: `migrate rejects --rule too-long retry`.
    """
    from migrate.pipeline.retry import retry as run_retry
    from migrate.rehearse.environment import opened

    profile_name, mappings_folder, as_json, model, rule = options
    profile, mappings = read_inputs(profile_name, mappings_folder)
    with opened(profile, mappings) as job, shown() as observer:
        rules = [rule] if rule else None
        result = run_retry(job, model=model, rules=rules, observer=observer)
    if as_json:
        print_json(result)
    else:
        click.echo(
            f"run {result.run_id}: {result.tried:,} tried, {result.loaded:,} loaded,"
            f" {result.refused:,} refused again, {result.superseded:,} superseded"
            + (f", {result.left_to_follow:,} left to follow" if result.left_to_follow else "")
        )
    return 0
