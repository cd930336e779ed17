"""`migrate rehearse`: the whole migration once, judged and written down."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from migrate.cli.common import (
    common_options,
    print_json,
    reading_of,
    reading_options,
    rows_of,
    suites_option,
    workers_option,
)
from migrate.cli.progress import shown

if TYPE_CHECKING:
    from migrate.report.record import Following, Record


@click.command("rehearse", short_help="The whole migration once, judged, with a report.")
@common_options
@suites_option
@workers_option
@reading_options
@click.option("--items", type=click.IntRange(min=1), help="Sample size; default: the profile's.")
@click.option("--seed", type=int, help="Sample seed; default: the profile's.")
@click.option("--fresh", is_flag=True, help="Wipe the embedded stack first.")
@click.option("--replace", is_flag=True, help="Replace rows that no run of this ledger made.")
@click.option(
    "--writer",
    type=click.FloatRange(min=0.1, max=10_000),
    metavar="RATE",
    help="Change the sample meanwhile, so many times a second, and follow.",
)
@click.option(
    "--writer-seconds",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    default=10,
    show_default=True,
    help="How long the writer writes, at least.",
)
@click.option(
    "--lang",
    type=click.Choice(["ja", "en"]),
    default="ja",
    show_default=True,
    help="Language of the report.",
)
def command(
    profile_name: str,
    mappings_folder: Path,
    as_json: bool,
    suites_folder: Path | None,
    workers: int | None,
    items: int | None,
    seed: int | None,
    fresh: bool,
    replace: bool,
    writer: float | None,
    writer_seconds: float,
    lang: str,
    **reading: Any,
) -> int:
    """Prepare, lint, plan, load, finalise, validate, report; then the verdict.

    With the profile local everything runs on this machine: an embedded DynamoDB emulator and
    PostgreSQL, and synthetic data. A rehearsal that was stopped goes on with the same command.

    With --export it is the exports that are rehearsed; with --offline too, no DynamoDB is needed.

    With --writer the sample is changed from before the load until the copy has caught up: capture,
    load, follow, drain. Stopped, such a rehearsal starts anew with the same command.
    """
    from migrate.rehearse.profile import load_profile
    from migrate.rehearse.runner import Options, rehearse

    profile = load_profile(profile_name)
    read = reading_of(reading)
    options = Options(
        items, seed, workers, fresh, replace, lang, suites_folder, read, writer, writer_seconds
    )  # fmt: skip
    with shown() as observer:
        record = rehearse(profile, mappings_folder, options, observer)
    if as_json:
        print_json(record.as_json())
    else:
        _print(record)
    return 0 if record.passed else 1


def _print(record: Record) -> None:
    word, colour = ("PASSED", "green") if record.passed else ("NOT PASSED", "red")
    click.secho(f"\n{word}", fg=colour, bold=True, nl=False)
    click.echo(f"  verdict {record.verdict}, run {record.run_id}\n")
    for one in record.criteria:
        mark = click.style("ok ", fg="green") if one.passed else click.style("NO ", fg="red")
        click.echo(f"  {mark} {one.id}: {one.actual} (at most {one.threshold})")
    for reject in record.rejects:
        if not reject.passed:
            allowed = "not on the approved list" if reject.limit is None else f"max {reject.limit}"
            click.echo(f"      rejects {reject.model} {reject.rule}: {reject.count} ({allowed})")
    for suite in record.suites:
        for failure in suite.failures:
            click.echo(f"      suite {suite.suite} {failure['check']}: {_found(failure)}")
    rejected = sum(one.rejected for one in record.accounting)
    read = sum(one.read for one in record.accounting)
    rows = sum(one.compared for one in record.reconciliation)
    click.echo(f"\n  {read:,} items read, {rows:,} rows compared, {rejected:,} items rejected")
    if record.follow is not None:
        click.echo(f"  {_followed(record.follow)}")
    print_differences(record)
    click.echo(f"  report  {record.report['html']}")


def _followed(follow: Following) -> str:
    """What the writer did, and the copy made of it, in a line."""
    end = "drained" if follow.drained else "NOT DRAINED"
    return (
        f"{follow.written:,} changes written; {follow.captured:,} captured,"
        f" {follow.applied:,} applied, {follow.superseded:,} superseded,"
        f" {follow.rejected:,} rejected, {follow.pending:,} pending;"
        f" at most {follow.lag_seconds_max:.0f} s behind, {end}"
    )


def _found(failure: dict[str, Any]) -> str:
    """What a check of a suite found: rows, another type, or why it could not be evaluated."""
    if "failed" in failure:
        return rows_of(failure["failed"])
    return str(failure.get("raised") or failure.get("found", ""))


def print_differences(record: Record) -> None:
    """The first differences by table, key and column."""
    for difference in record.differences[:20]:
        key = ", ".join(f"{name}={value}" for name, value in difference.key.items())
        columns = ", ".join(
            f"{one.column}: expected {_shown(one.expected)}, found {_shown(one.actual)}"
            for one in difference.columns
        )
        detail = columns or difference.note
        click.echo(f"  {difference.kind} {difference.table} ({key}) {detail}".rstrip())
    if record.differences_total > 20:
        click.echo(f"  ... {record.differences_total:,} differences in all; see report.json")


def _shown(value: str | None) -> str:
    return "NULL" if value is None else value
