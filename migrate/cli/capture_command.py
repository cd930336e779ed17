"""`migrate capture`: keeps every change of the mapped tables, as a service or for a while."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from migrate.cli.common import common_options, print_json, read_inputs, table
from migrate.cli.progress import shown
from migrate.cli.service import listen_option, listened_to, stopped_by_signals

if TYPE_CHECKING:
    from migrate.pipeline.capture_result import CaptureResult


@click.command("capture", short_help="Keep every change of the mapped tables; runs for ever.")
@common_options
@click.option(
    "--until",
    type=click.Choice(["stopped", "quiet"]),
    default="stopped",
    show_default=True,
    help="When to end: when told to, or once no table has had a change for a while.",
)
@listen_option
def command(
    profile_name: str, mappings_folder: Path, as_json: bool, until: str, listen: str | None
) -> int:
    """Read the DynamoDB stream of every mapped table, and keep its changes in the target.

    It must run before `migrate load` begins, and as long as the copy is to follow: DynamoDB forgets
    changes after 24 hours. One process a target, beside all other commands. After a stop or a kill
    the same command goes on where it was. What cannot be read any more is a gap: it is said, and
    the table must be copied again, or mended with `migrate mend`.

    SIGTERM ends it with exit code 0, with nothing half-done.
    """
    from migrate.pipeline.capture import capture
    from migrate.rehearse.environment import opened

    profile, mappings = read_inputs(profile_name, mappings_folder)
    tables = profile.source.model_copy(update={"export": None})  # a stream is the tables' own
    profile = profile.model_copy(update={"source": tables})
    with (
        stopped_by_signals() as stop,
        opened(profile, mappings) as job,
        shown() as shown_to,
        listened_to(job, shown_to, listen) as observer,
    ):
        result = capture(
            job, observer, stop=stop.event, until="quiet" if until == "quiet" else "stopped"
        )
    if as_json:
        print_json(result)
    else:
        _say(result)
    return stop.exit_code(1 if result.gaps else 0)


def _say(result: CaptureResult) -> None:
    rows = [
        [one.model, one.state, one.captured, one.open_shards, f"{one.lag_seconds:.0f} s"]
        for one in result.tables
    ]
    table(rows, ["model", "state", "captured", "shards", "lag"])
    click.echo(f"{result.captured:,} changes captured in {result.seconds:.1f} s")
    for gap in result.gaps:
        click.echo(f"copy again: {gap}")
