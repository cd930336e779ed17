"""`migrate report`: renders a kept record again, or proves that it was not edited."""

from __future__ import annotations

from pathlib import Path

import click

_FILE = click.argument("file", type=click.Path(path_type=Path), metavar="report.json")


@click.group("report", short_help="Render a report again, or verify it.")
def command() -> None:
    """Work on the report.json of a rehearsal that is over."""


@command.command("render", short_help="Write html, xlsx and junit again.")
@_FILE
@click.option("--lang", type=click.Choice(["ja", "en"]), default="ja", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="Folder; default: beside the file.")
def render(file: Path, lang: str, out: Path | None) -> int:
    """Write the reports of a record again, in another language if wanted."""
    from migrate.report.json_form import read_record
    from migrate.report.write import write_reports

    paths = write_reports(read_record(file), out or file.parent, lang)
    for kind, path in paths.items():
        click.echo(f"{kind}: {path}")
    return 0


@command.command("verify", short_help="Prove that report.json was not edited.")
@_FILE
def verify(file: Path) -> int:
    """Check the content hash inside a report.json."""
    from migrate.report.json_form import verify as verify_file

    verify_file(file)
    click.echo(f"{file}: not edited since it was written")
    return 0
