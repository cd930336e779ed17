"""`migrate follow`: applies captured changes, so that the copy stays current."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from migrate.cli.common import Time, common_options, print_json, read_inputs
from migrate.cli.progress import shown
from migrate.cli.service import listen_option, listened_to, stopped_by_signals

if TYPE_CHECKING:
    from migrate.pipeline.follow import FollowResult
    from migrate.pipeline.follow_goal import Until


@click.command("follow", short_help="Apply captured changes; keeps the copy current.")
@common_options
@click.option(
    "--until-caught-up", is_flag=True, help="End when what changed before now is applied."
)
@click.option(
    "--until",
    "until_time",
    type=Time(whole_seconds=False),
    metavar="TIME",
    help="End when what changed before TIME is applied, such as 2026-06-01T02:00:00+09:00.",
)
@listen_option
def command(
    profile_name: str,
    mappings_folder: Path,
    as_json: bool,
    until_caught_up: bool,
    until_time: datetime | None,
    listen: str | None,
) -> int:
    """Keep a loaded copy current: apply what `migrate capture` captures, for ever.

    The newest captured image of a key decides its rows; rows and position commit together, so it
    may be stopped and killed at any moment. SIGTERM ends it after the transaction at hand.

    It needs foreign keys off: `migrate finalise --without-foreign-keys` after the load. A table
    whose changes were lost is not followed, and the exit code is 1.
    """
    from migrate.pipeline.follow import follow
    from migrate.rehearse.environment import opened

    if until_caught_up and until_time is not None:
        raise click.UsageError("--until-caught-up and --until TIME exclude each other")
    profile, mappings = read_inputs(profile_name, mappings_folder)
    with (
        stopped_by_signals() as stop,
        opened(profile, mappings) as job,
        shown() as shown_to,
        listened_to(job, shown_to, listen) as observer,
    ):
        until: Until = "caught-up" if until_caught_up else until_time or "stopped"
        result = follow(job, observer, stop=stop.event, until=until)
    if as_json:
        print_json(result)
    else:
        _say(result)
    return stop.exit_code(1 if result.not_followed else 0)


def _say(result: FollowResult) -> None:
    click.echo(
        f"run {result.run_id}: {result.captured:,} changes captured, {result.applied:,} applied,"
        f" {result.superseded:,} superseded, {result.rejected:,} rejected,"
        f" {result.pending:,} pending; at most {result.lag_seconds_max:,.0f} s behind"
    )
    if result.waiting:
        click.echo(f"{result.waiting:,} keys wait for a unique value")
    for model, problem in result.not_followed.items():
        click.echo(f"{model} is not followed, copy it again: {problem}")
