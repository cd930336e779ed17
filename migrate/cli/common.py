"""What every command shares: its options, its profile and mappings, its way of printing JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from migrate.mapping.spec import Mapping
    from migrate.rehearse.environment import Reading
    from migrate.rehearse.profile import Profile

Function = Callable[..., Any]


class Time(click.ParamType[datetime]):
    """A time with a zone; where `whole_seconds` count, to the second."""

    name = "time"

    def __init__(self, *, whole_seconds: bool = True) -> None:
        self._whole_seconds = whole_seconds

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a time such as 2026-06-01T02:00:00+09:00", param, ctx)
        if moment.tzinfo is None:
            self.fail(f"{value!r} has no zone; write +09:00 or Z behind it", param, ctx)
        if moment.microsecond and self._whole_seconds:
            self.fail(f"{value!r} is not a whole second", param, ctx)
        return moment.astimezone(UTC)


def common_options(function: Function) -> Function:
    """--profile, --mappings and --json, as every command has them."""
    for option in reversed(
        [
            click.option(
                "--profile",
                "profile_name",
                default="local",
                show_default=True,
                metavar="NAME",
                help="Environment: rehearsals/NAME.yaml.",
            ),
            click.option(
                "--mappings",
                "mappings_folder",
                default="mappings/hugmedo",
                show_default=True,
                metavar="DIR",
                type=click.Path(path_type=Path),
                help="Folder of mappings, one YAML a model.",
            ),
            click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout."),
        ]
    ):
        function = option(function)
    return function


def workers_option(function: Function) -> Function:
    """--workers, for commands that run processes."""
    return click.option(
        "--workers",
        type=click.IntRange(1, 256),
        metavar="N",
        help="Processes; default: the profile's, else one a core.",
    )(function)


def reading_options(function: Function) -> Function:
    """What may be read instead of the tables, for commands that read the source."""
    for option in reversed(
        [
            click.option(
                "--export",
                metavar="LOCATION",
                help="Read the newest exports in this folder, or s3://bucket/prefix.",
            ),
            click.option(
                "--offline",
                is_flag=True,
                help="With --export: do not compare its tables with DynamoDB's.",
            ),
            click.option(
                "--accept-edited-manifest",
                is_flag=True,
                help="With --export: take manifests whose checksum does not fit.",
            ),
        ]
    ):
        function = option(function)
    return function


def reading_of(settings: dict[str, Any], engine: str | None = None) -> Reading:
    """The values of `reading_options`, by name."""
    from migrate.rehearse.environment import Reading

    return Reading(**settings, engine=engine)


def suites_option(function: Function) -> Function:
    """--suites, for commands that read business rules."""
    return click.option(
        "--suites",
        "suites_folder",
        metavar="DIR",
        type=click.Path(path_type=Path),
        help="Folder of business rules; default: validation/ and the mappings folder's name.",
    )(function)


def read_inputs(profile_name: str, mappings_folder: Path) -> tuple[Profile, Sequence[Mapping]]:
    """The profile and the mappings, validated. Raises SpecError and FixInputError."""
    from migrate.mapping.files import load_mappings
    from migrate.rehearse.profile import load_profile

    return load_profile(profile_name), load_mappings(mappings_folder)


def print_json(value: Any) -> None:
    """One object on stdout."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = dataclasses.asdict(value)
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def rows_of(count: int) -> str:
    """A count of rows in words."""
    return "1 row" if count == 1 else f"{count:,} rows"


def table(rows: Sequence[Sequence[Any]], heads: Sequence[str]) -> None:
    """A plain table on stdout: text to the left, numbers to the right."""
    texts = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    widths = [max(len(line[i]) for line in [list(heads), *texts]) for i in range(len(heads))]
    right = [bool(rows) and isinstance(rows[0][i], int | float) for i in range(len(heads))]
    for number, line in enumerate([list(heads), *texts]):
        cells = [
            cell.rjust(width) if is_right else cell.ljust(width)
            for cell, width, is_right in zip(line, widths, right, strict=True)
        ]
        text = "  ".join(cells).rstrip()
        click.secho(text, bold=number == 0)
