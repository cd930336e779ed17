"""How long a conversion takes: `python -m benchmarks.convert [SCHEMA]...`.

Method: each schema is converted into an empty folder in a process of its own, as a user does, so
imports count; seconds are wall time. Without SCHEMA the largest of the corpus is taken, where the
corpus lies beside the checkout.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

from tests.amplify.corpus import schemas

_GOAL_SECONDS = 2.0


def largest() -> list[Path]:
    """The schema with the most models, by the size that reading gives."""
    from migrate.amplify.read import read_app

    counted = [(len(read_app([one.path]).models), one.path) for one in schemas() if one.is_readable]
    return [max(counted)[1]] if counted else []


def seconds_of(schema: Path) -> tuple[int, float]:
    """(models, seconds)."""
    with tempfile.TemporaryDirectory() as out:
        program = Path(sys.executable).parent / "migrate"
        started = time.monotonic()
        answer = subprocess.run(
            [program, "convert", str(schema), "--out", out, "--json"],
            stdout=subprocess.PIPE,
            check=False,
        )
        seconds = time.monotonic() - started
    return len(json.loads(answer.stdout)["models"]), seconds


@click.command()
@click.argument("named", nargs=-1, type=click.Path(path_type=Path, exists=True))
def main(named: tuple[Path, ...]) -> None:
    """Convert and print the times; exit code 1 above the goal."""
    slow = False
    for schema in named or largest():
        models, seconds = seconds_of(schema)
        slow |= seconds > _GOAL_SECONDS
        click.echo(f"{seconds:5.2f} s  {models:3d} models  {schema}")
    sys.exit(1 if slow else 0)


if __name__ == "__main__":
    main()
