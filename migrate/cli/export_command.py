"""`migrate export`: exports of the mapped tables to S3, started once, waited for, and fetched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from migrate.cli.common import Time, common_options, print_json, read_inputs, table
from migrate.cli.progress import shown

if TYPE_CHECKING:
    from migrate.pipeline.export import Exported, ExportResult
    from migrate.pipeline.export_plan import Wanted

_GIGABYTE = 1 << 30


@click.command("export", short_help="Export the mapped tables to S3, and wait.")
@common_options
@click.option("--bucket", required=True, metavar="NAME", help="S3 bucket that takes the exports.")
@click.option("--prefix", default="", metavar="PREFIX", help="Folder in it.")
@click.option("--bucket-owner", metavar="ACCOUNT", help="Account of a bucket that is not ours.")
@click.option("--kms-key", metavar="ID", help="Encrypt with this key; default: S3's own.")
@click.option(
    "--at",
    type=Time(),
    metavar="TIME",
    help="Export the tables as they were then, such as 2026-06-01T02:00:00+09:00; default: now.",
)
@click.option("--incremental", is_flag=True, help="Export what changed in a span of time.")
@click.option("--since", type=Time(), metavar="TIME", help="Start of the span, inclusive.")
@click.option(
    "--after",
    metavar="LOCATION",
    help="Start where the exports in LOCATION end: s3://bucket/prefix, or a folder.",
)
@click.option(
    "--until", type=Time(), metavar="TIME", help="End of the span, exclusive; default: now."
)
@click.option(
    "--view",
    type=click.Choice(["new", "new-and-old"]),
    default="new",
    show_default=True,
    help="Images in an incremental export; a load needs the new ones only.",
)
@click.option("--no-wait", is_flag=True, help="Start them, and end.")
@click.option(
    "--fetch",
    "fetch_into",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Copy the exports into DIR, each file checked.",
)
@click.option("--execute", is_flag=True, help="Do it; without this nothing is started.")
def command(profile_name: str, mappings_folder: Path, as_json: bool, **given: Any) -> int:
    """Export every mapped table to S3, and wait until AWS has made the exports.

    Without --execute it checks point-in-time recovery and times, shows what would be exported, and
    starts nothing. Point-in-time recovery must be on; this tool never switches it on.

    The same command within 8 hours asks for the same exports: after Ctrl-C it goes on waiting. A
    span of more than 24 hours is exported in several windows, one after the other.
    """
    from migrate.pipeline.export import export_tables
    from migrate.rehearse.environment import opened

    wanted = _wanted(given)
    profile, mappings = read_inputs(profile_name, mappings_folder)
    tables = profile.source.model_copy(update={"export": None})  # they are read, not their exports
    profile = profile.model_copy(update={"source": tables})
    with opened(profile, mappings, need_target=False) as job, shown() as observer:
        result = export_tables(
            job,
            wanted,
            execute=given["execute"],
            wait=not given["no_wait"],
            fetch_into=given["fetch_into"],
            observer=observer,
        )
    _show(result, wanted, profile.costs.currency, as_json=as_json)
    if result.error is not None:
        raise result.error
    return 0


def _wanted(given: dict[str, Any]) -> Wanted:
    from migrate.pipeline.export_plan import Wanted
    from migrate.source.export_request import Destination

    if given["incremental"] and (given["since"] is None) == (given["after"] is None):
        raise click.UsageError("--incremental takes --since TIME or --after LOCATION")
    if given["incremental"] and given["at"] is not None:
        raise click.UsageError("--at is the time of a full export; --until ends an incremental one")
    if not given["incremental"] and any(given[name] for name in ("since", "after", "until")):
        raise click.UsageError("--since, --after and --until go with --incremental")
    if given["no_wait"] and given["fetch_into"]:
        raise click.UsageError("--fetch has to wait; leave --no-wait out")
    place = Destination(
        given["bucket"], given["prefix"].strip("/"), given["bucket_owner"], given["kms_key"]
    )
    return Wanted(place, given["at"], given["since"], given["after"], given["until"], given["view"])


def _show(result: ExportResult, wanted: Wanted, currency: str, *, as_json: bool) -> None:
    if as_json:
        print_json(result.as_json())
        return
    heads = ["model", "source table", "kind", "time", "status", "items", "bytes", "seconds"]
    table([_row(one, executed=result.executed) for one in result.exports], heads)
    for one in result.exports:
        if one.manifest:
            click.echo(f"{one.model}: {one.fetched or one.manifest}")
    click.echo(_basis(result, wanted, currency))
    if not result.executed:
        click.echo("nothing was started; --execute does it")


def _row(one: Exported, *, executed: bool) -> list[Any]:
    times = one.export_time or "now"
    if one.kind == "incremental":
        times = f"{one.since} to {one.until or 'now'}"
    size = one.billed_bytes if executed else one.bytes_estimate
    return [
        one.model, one.table, one.kind, times, one.status,
        _number(one.items), _number(size), "" if one.seconds is None else f"{one.seconds:.0f}",
    ]  # fmt: skip


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _basis(result: ExportResult, wanted: Wanted, currency: str) -> str:
    size = f"{result.bytes_estimate / _GIGABYTE:.3f} GB"
    if wanted.is_incremental:
        return f"AWS charges by the volume of the changes; the tables hold {size}"
    text = f"AWS charges by the size of the tables: {size} (DynamoDB's own estimate, hours old)"
    cost = result.cost_estimate
    return text if cost is None else f"{text}, about {cost:,.2f} {currency}"
