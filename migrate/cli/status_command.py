"""`migrate status`: the newest run, its progress and its account."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from migrate.cli.common import common_options, print_json, read_inputs, table
from migrate.cli.spending import taken


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
        _show_following(found["follow"])
        return 0
    click.echo(f"run {found['run_id']}  state {found['state']}  started {found['started_at']}")
    click.echo(f"parts left: {_left(found)}  open rejects: {found['rejects_open']:,}")
    for line in _spending(found, profile.costs.currency):
        click.echo(line)
    click.echo()
    heads = ["model", "read", "loaded", "tombstones", "filtered", "rejected", "balanced"]
    rows = [[row[head] for head in heads[:-1]] + [_mark(row)] for row in found["accounting"]]
    table(rows, heads)
    _show_following(found["follow"])
    return 0


_FOLLOW_HEADS = {
    "model": "model", "state": "state", "lag_seconds": "lag s", "hours_to_horizon": "horizon h",
    "captured": "captured", "applied": "applied", "superseded": "superseded",
    "rejected": "rejected", "lag_records": "pending", "waiting": "waiting",
}  # fmt: skip


def _show_following(tables: list[dict[str, Any]]) -> None:
    """The copies that follow their streams, and loudly those that cannot any more."""
    if not tables:
        return
    click.echo()
    rows = [[row[name] for name in _FOLLOW_HEADS] for row in tables]
    table(rows, list(_FOLLOW_HEADS.values()))
    for row in tables:
        if row["problem"]:
            message = f"{row['model']} must be copied again: {row['problem']}"
            click.secho(message, fg="red", bold=True)


def _left(found: dict[str, Any]) -> str:
    """Such as `3 (segment 3 of 16)`."""
    kinds = [
        f"{kind} {one['left']:,} of {one['total']:,}"
        for kind, one in found["parts"].items()
        if one["left"]
    ]
    left = f"{found['parts_left']:,}"
    return f"{left} ({', '.join(kinds)})" if kinds else left


def _spending(found: dict[str, Any], currency: str) -> Iterator[str]:
    """Lines on read units and throttling, where there is anything to say."""
    if found["read_units"] or found["read_units_estimate"]:
        yield taken(
            found["read_units"],
            found["read_units_estimate"],
            found["cost"],
            found["cost_estimate"],
            currency,
        )
    if found["throttles"]:
        rate = found["units_per_second"]
        now = f"; the rate is {rate:,.0f} read units/s" if rate and found["parts_left"] else ""
        yield f"throttled {found['throttles']:,} times ({found['throttle_reason']}){now}"


def _mark(row: dict[str, object]) -> str:
    return "yes" if row["balanced"] else "NO"
