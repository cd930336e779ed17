"""Long runs that find what a test's small slice cannot: `python -m benchmarks.soak FAMILY`.

A family runs over everything it has, from a seed, so that any case can be repeated. One line a case
goes to stderr, the summary as JSON to stdout; the exit code is 1 when a case failed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict

import click

from benchmarks.soak_case import Case
from benchmarks.soak_convert import convert_corpus, convert_generated
from benchmarks.soak_generated import agreement, lint

Family = Callable[[int, str, int], Iterator[Case]]
"""(seed, text in the names of cases, how many examples) -> cases."""

FAMILIES: dict[str, Family] = {
    "agreement": agreement,
    "convert-corpus": lambda seed, only, _: convert_corpus(seed, only),
    "convert-generated": convert_generated,
    "lint": lint,
}


@click.command()
@click.argument("family", type=click.Choice(sorted(FAMILIES)))
@click.option("--seed", default=1, show_default=True)
@click.option("--count", default=20_000, show_default=True, help="Of generated examples.")
@click.option("--only", default="", help="Only cases whose name holds this text.")
def main(family: str, seed: int, count: int, only: str) -> None:
    """Run one family to its end."""
    cases: list[Case] = []
    for case in FAMILIES[family](seed, only, count):
        state = "FAILED" if case.problems else "passed"
        click.echo(f"{state} {case.seconds:6.2f} s  {case.name}", err=True)
        cases.append(case)
    failed = [asdict(case) for case in cases if case.problems]
    summary = {"family": family, "seed": seed, "cases": len(cases), "failed": failed}
    click.echo(json.dumps(summary, ensure_ascii=False, indent=2))
    sys.exit(1 if failed or not cases else 0)


if __name__ == "__main__":
    main()
