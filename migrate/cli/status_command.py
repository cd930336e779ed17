"""`migrate status`: the newest run, its progress and its account."""

from __future__ import annotations

from pathlib import Path

import click

from migrate.cli.common import common_options, print_json, read_inputs, table


@click.command("status", short_help="Show the newest run and its account.")
@common_options
def command(profile_name: str, mappings_folder: Path, as_json: bool) -> int:
    """Show the newest run of the target's ledger: state, parts left, accounting, rejects."""
    from migrate.pipeline.review import status_of
    from migrate.rehearse.environment import opened

    profile, mappings = read_inputs(profile_name, mappings_folder)
    with opened(profile, mappings, need_source=False) as job:
        found = status_of(job)
    if as_json:
        print_json(found)
        return 0
    if found["run_id"] is None:
        click.echo("nothing was loaded into this target yet")
        return 0
    click.echo(f"run {found['run_id']}  state {found['state']}  started {found['started_at']}")
    click.echo(f"parts left: {found['parts_left']}  open rejects: {found['rejects_open']}\n")
    heads = ["model", "read", "loaded", "tombstones", "filtered", "rejected", "balanced"]
    rows = [[row[head] for head in heads[:-1]] + [_mark(row)] for row in found["accounting"]]
    table(rows, heads)
    return 0


def _mark(row: dict[str, object]) -> str:
    return "yes" if row["balanced"] else "NO"
