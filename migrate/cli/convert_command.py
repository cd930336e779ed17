"""`migrate convert`: an Amplify schema becomes mappings, DDL, findings and a diagram."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from migrate.cli.common import print_json, table
from migrate.cli.failure import DONE, NOT_PASSED

if TYPE_CHECKING:
    from migrate.pipeline.convert import Conversion

_SHOWN = ("error", "warning")


@click.command("convert", short_help="Turn an Amplify schema into mappings and DDL.")
@click.argument("inputs", nargs=-1, metavar="[INPUT]...", type=click.Path(path_type=Path))
@click.option(
    "--out",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the mappings and everything else that is written.",
)
@click.option(
    "--generation",
    type=click.Choice(["v1", "v2", "gen2"]),
    help="Rules to read by; default: as the feature flags or the directives say.",
)
@click.option(
    "--schema",
    "schema_name",
    default="app",
    show_default=True,
    metavar="NAME",
    help="Schema of the target's tables.",
)
@click.option(
    "--ids",
    type=click.Choice(["text", "uuid"]),
    default="text",
    show_default=True,
    help="Column type of an ID.",
)
@click.option(
    "--custom-types",
    type=click.Choice(["jsonb", "columns", "child"]),
    default="jsonb",
    show_default=True,
    help="What a custom type becomes: a value, columns, or a table.",
)
@click.option(
    "--lists",
    type=click.Choice(["jsonb", "child"]),
    default="jsonb",
    show_default=True,
    help="What a list of a custom type becomes: a value, or rows of a child table.",
)
@click.option("--singular", is_flag=True, help="Name tables in the singular.")
@click.option("--force", is_flag=True, help="Overwrite mappings that were edited.")
@click.option(
    "--from-aws", is_flag=True, help="Find the environment's tables (and Gen 2's schema)."
)
@click.option(
    "--profile",
    "profile_name",
    default="local",
    show_default=True,
    metavar="NAME",
    help="With --from-aws: environment, rehearsals/NAME.yaml.",
)
@click.option("--api-id", metavar="ID", help="With --from-aws: the AppSync API, not the profile's.")
@click.option(
    "--app",
    "app_name",
    metavar="NAME",
    help="With --from-aws: find the API by its own name or by its root stack's.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def command(inputs: tuple[Path, ...], as_json: bool, **settings: Any) -> int:
    """Convert an Amplify app into mappings, DDL, findings and a diagram.

    INPUT is schema.graphql, a folder of *.graphql, amplify_outputs.json, or models/schema.js(on).
    cli.json and transform.conf.json are taken from beside it when they are there.

    Converting again changes nothing. A mapping that was edited is never overwritten: the difference
    is shown instead. Exit code 1 with an error among the findings, 2 for input that cannot be read.
    """
    conversion = _converted(list(inputs), settings)
    if as_json:
        print_json(conversion.as_json())
    else:
        _print(conversion)
    return NOT_PASSED if conversion.has_errors else DONE


def _converted(inputs: list[Path], settings: dict[str, Any]) -> Conversion:
    from migrate.amplify.options import Options
    from migrate.pipeline.convert import convert

    options = Options(
        schema=settings["schema_name"],
        ids=settings["ids"],
        custom_types=settings["custom_types"],
        lists=settings["lists"],
        plural=not settings["singular"],
    )
    out, generation, force = settings["out"], settings["generation"], settings["force"]
    if settings["from_aws"]:
        return _from_aws(inputs, options, settings)
    if settings["api_id"] or settings["app_name"]:
        raise click.UsageError("--api-id and --app go with --from-aws")
    if not inputs:
        raise click.UsageError("name an INPUT, such as amplify/backend/api/NAME/schema.graphql")
    return convert(inputs, out, options, generation=generation, force=force)


def _from_aws(inputs: list[Path], options: Any, settings: dict[str, Any]) -> Conversion:
    from migrate.pipeline.convert_from_aws import Wanted, convert_from_aws
    from migrate.rehearse.environment import opened
    from migrate.rehearse.profile import load_profile

    profile = load_profile(settings["profile_name"])
    wanted = Wanted(
        api_id=settings["api_id"] or profile.source.api_id,
        environment=profile.source.environment,
        app=settings["app_name"],
    )
    with opened(profile, [], need_target=False) as job:
        return convert_from_aws(
            job.source, wanted, inputs, settings["out"], options,
            generation=settings["generation"], force=settings["force"],
        )  # fmt: skip


def _print(conversion: Conversion) -> None:
    rows = [[one.model, str(one.path), one.state] for one in conversion.mappings]
    table(rows, ["model", "mapping", "state"])
    for one in conversion.mappings:
        if one.difference:
            click.echo(f"\n{one.path} was edited and stays; the conversion would write:")
            click.echo(one.difference, nl=False)
    for path in conversion.removed:
        click.echo(f"\n{path} stays, though its model is gone from the schema")
    shown = [one for one in conversion.findings if one.severity in _SHOWN]
    if shown:
        click.echo()
    for finding in shown:
        click.secho(f"{finding.severity}: ", bold=True, nl=False)
        click.echo(f"{finding.code} at {finding.place}: {finding.message}")
    notes = len(conversion.findings) - len(shown)
    counted = f"{_count(len(shown), 'finding')} to decide and {_count(notes, 'note')}"
    models = f"{_count(len(conversion.models), 'model')} ({conversion.generation})"
    folder = conversion.ddl.parent
    relations = _count(len(conversion.relations), "relation")
    click.echo(f"\n{models}, {relations}, {counted}: {folder / 'findings.md'}")
    click.echo(f"DDL: {conversion.ddl}\ndiagram: {conversion.erd}")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun if number == 1 else noun + 's'}"
