"""`migrate validate`: compares target and source, every row, both ways; runs the suites."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from migrate.cli.common import (
    common_options,
    print_json,
    rows_of,
    suites_option,
    table,
    workers_option,
)
from migrate.cli.progress import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrate.pipeline.verify import Verification
    from migrate.validate.suites.outcome import SuiteOutcome


@click.command("validate", short_help="Compare target and source both ways; run the suites.")
@common_options
@suites_option
@click.option("--no-suites", is_flag=True, help="Leave the suites out: no rules, no generated.")
@workers_option
def command(
    profile_name: str,
    mappings_folder: Path,
    as_json: bool,
    suites_folder: Path | None,
    no_suites: bool,
    workers: int | None,
) -> int:
    """Compare every row and column of the target with the source, both ways; run the suites.

    The verifier shares nothing with the loader but the mappings. It expects a source that nobody
    writes to. Exit code 1 when anything differs, and when a check of a suite fails or cannot be
    evaluated.
    """
    from migrate.pipeline.specification import read_specification
    from migrate.pipeline.verify import verify
    from migrate.rehearse.environment import opened
    from migrate.rehearse.profile import load_profile

    profile = load_profile(profile_name)
    specification = read_specification(mappings_folder, suites_folder)
    rules = None if no_suites else specification.rules
    with opened(profile, specification.mappings, workers=workers) as job, shown() as observer:
        result = verify(job, observer, rules)
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
        "suites": [one.as_json() for one in result.suites],
        "foreign": result.foreign,
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
    for name, count in result.foreign.items():
        click.echo(f"foreign rows of {name}, not touched: {count:,}")
    _print_suites(result.suites)
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


def _print_suites(suites: Sequence[SuiteOutcome]) -> None:
    if not suites:
        return
    checks, passed = sum(one.checks for one in suites), sum(one.passed for one in suites)
    click.echo(f"suites: {passed} of {len(suites)} passed, {checks:,} checks")
    for one in suites:
        for failure in one.failures:
            check = failure.check
            word = "failed" if check.severity == "error" else "warning"
            found = rows_of(failure.count) if failure.count is not None else failure.found
            click.echo(f"{word} {one.suite} {check.id}: {check.table}, {found}")
            click.echo(f"    {check.says['en']}")
            for key in failure.keys[:3]:
                click.echo("    " + ", ".join(f"{name}={value}" for name, value in key.items()))
        for raised in one.not_evaluated:
            click.echo(f"not evaluated {one.suite} {raised.check.id}: {raised.reason}")


def _line(difference: Any) -> str:
    key = ", ".join(f"{name}={value}" for name, value in difference.key.items())
    columns = "; ".join(
        f"{one.column}: expected {_shown(one.expected)}, found {_shown(one.actual)}"
        for one in difference.columns
    )
    return f"{difference.kind} {difference.table} ({key}) {columns or difference.note}".rstrip()


def _shown(value: str | None) -> str:
    return "NULL" if value is None else value
