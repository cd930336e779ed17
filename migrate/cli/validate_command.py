"""`migrate validate`: compares the target with the source, every row and column, both ways."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from migrate.cli.common import common_options, print_json, read_inputs, table, workers_option
from migrate.cli.progress import shown

if TYPE_CHECKING:
    from migrate.pipeline.verify import Verification


@click.command("validate", short_help="Compare target and source, every row, both ways.")
@common_options
@workers_option
def command(profile_name: str, mappings_folder: Path, as_json: bool, workers: int | None) -> int:
    """Compare every row and column of the target with the source, both ways.

    The verifier shares nothing with the loader but the mappings. It expects a source that nobody
    writes to. Exit code 1 when anything differs.
    """
    from migrate.pipeline.verify import verify
    from migrate.rehearse.environment import opened

    profile, mappings = read_inputs(profile_name, mappings_folder)
    with opened(profile, mappings, workers=workers) as job, shown() as observer:
        result = verify(job, observer)
    if as_json:
        print_json(_as_json(result))
    else:
        _print(result)
    return 0 if result.passed else 1


def _as_json(result: Verification) -> dict[str, Any]:
    from dataclasses import asdict

    accounts = result.accounts
    return {
        "run_id": result.run_id,
        "verdict": result.verdict,
        "passed": result.passed,
        "unfinished": result.unfinished,
        "accounting": [_flat(one) for one in accounts.models],
        "children": [_flat(one) for one in accounts.children],
        "reconciliation": [asdict(one) for one in result.reconciliation.tables],
        "differences": [asdict(one) for one in result.reconciliation.differences],
        "orphans": [asdict(one) for one in result.orphans if one.count],
    }


def _flat(account: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        **asdict(account.totals),
        "balanced": account.balanced,
        "reasons": list(account.reasons),
    }


def _print(result: Verification) -> None:
    found = result.reconciliation
    rows = [
        [one.table, one.compared, one.missing, one.extra, one.different] for one in found.tables
    ]
    table(rows, ["table", "compared", "missing", "extra", "different"])
    for model in result.accounts.models:
        for reason in model.reasons:
            click.echo(f"accounting of {model.totals.model}: {reason}")
    for child in result.accounts.children:
        for reason in child.reasons:
            click.echo(f"accounting of {child.totals.model}.{child.totals.list}: {reason}")
    for one in result.orphans:
        if one.count:
            click.echo(f"orphans: {one.count} of {one.table}.{one.column} -> {one.references}")
    for reason in result.unfinished:
        click.echo(f"unfinished: {reason}")
    for difference in found.differences[:20]:
        click.echo(_line(difference))
    total = sum(one.missing + one.extra + one.different for one in found.tables)
    if total > 20:
        click.echo(f"... {total:,} differences in all; --json lists them")
    colour = "green" if result.passed else "red"
    click.secho(f"\nverdict {result.verdict}", fg=colour, bold=True, nl=False)
    click.echo(f", run {result.run_id}")


def _line(difference: Any) -> str:
    key = ", ".join(f"{name}={value}" for name, value in difference.key.items())
    columns = "; ".join(
        f"{one.column}: expected {_shown(one.expected)}, found {_shown(one.actual)}"
        for one in difference.columns
    )
    return f"{difference.kind} {difference.table} ({key}) {columns or difference.note}".rstrip()


def _shown(value: str | None) -> str:
    return "NULL" if value is None else value
