"""Long runs that find what a test's small slice cannot: `python -m benchmarks.soak`.

A family runs over everything it has, from a seed, so that any case can be repeated. One line a case
goes to stderr, the summary as JSON to stdout; the exit code is 1 when a case failed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any, NamedTuple

import click

from benchmarks.soak_case import Case
from benchmarks.soak_convert import convert_corpus, convert_generated
from benchmarks.soak_follow import copy_histories, follow_histories
from benchmarks.soak_generated import agreement, lint
from benchmarks.soak_kills import export_kills, scan_kills
from tests.signals import hear_interrupts

Run = Callable[[int, str, int], Iterator[Case]]
"""(seed, text in the names of cases, how many examples or accidents) -> cases."""


class Family(NamedTuple):
    """How a family runs, and the full count that the project claims."""

    run: Run
    full_count: int


FAMILIES: dict[str, Family] = {
    "agreement": Family(agreement, 20_000),
    "convert-corpus": Family(lambda seed, only, _: convert_corpus(seed, only), 1),
    "convert-generated": Family(convert_generated, 200),
    "copy-histories": Family(copy_histories, 1_000),
    "export-kills": Family(export_kills, 200),
    "follow-histories": Family(follow_histories, 1_000),
    "lint": Family(lint, 20_000),
    "scan-kills": Family(scan_kills, 200),
}


@click.command()
@click.option(
    "--family",
    "families",
    type=click.Choice(sorted(FAMILIES)),
    multiple=True,
    help="May be given several times; default: all.",
)
@click.option("--seed", default=1, show_default=True)
@click.option("--count", type=int, help="Of examples, or of accidents; default: the full count.")
@click.option("--only", default="", help="Only cases whose name holds this text.")
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON on stdout.")
def main(families: tuple[str, ...], seed: int, count: int | None, only: str, as_json: bool) -> None:
    """Run families to their end."""
    summaries = [_run(name, seed, count, only) for name in families or sorted(FAMILIES)]
    if as_json:
        click.echo(json.dumps({"families": summaries}, ensure_ascii=False, indent=2))
    else:
        for one in summaries:
            click.echo(
                f"{one['family']}: seed {one['seed']}, {one['cases']} cases of"
                f" {one['count']}, {len(one['failed'])} failed"
            )
    sys.exit(1 if any(one["failed"] or not one["cases"] for one in summaries) else 0)


def _run(name: str, seed: int, count: int | None, only: str) -> dict[str, Any]:
    hear_interrupts()
    family = FAMILIES[name]
    wanted = count or family.full_count
    cases: list[Case] = []
    for case in family.run(seed, only, wanted):
        state = "FAILED" if case.problems else "passed"
        click.echo(f"{state} {case.seconds:6.2f} s  {case.name}", err=True)
        for problem in case.problems:  # at once: a soak that is stopped has no summary
            click.echo(problem, err=True)
        cases.append(case)
    failed = [asdict(case) for case in cases if case.problems]
    accidents = sum(case.facts.get("accidents", 0) for case in cases)
    return {
        "family": name,
        "seed": seed,
        "count": wanted,
        "cases": len(cases),
        "accidents": accidents,
        "failed": failed,
    }


if __name__ == "__main__":
    main()
