"""Writes docs/reference/cli.md from the commands themselves: `python docs/reference/make_cli.py`.

A test compares the page with what this makes, so that no option is ever missing from it.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from migrate.cli.main import cli

PAGE = Path(__file__).parent / "cli.md"

_HEAD = """\
# Commands and options

This page is made from the commands: `uv run python docs/reference/make_cli.py`. Do not edit it.

stdout is data, stderr is for people: progress, notes and errors go to stderr. With `--json` stdout
holds one object, described in [JSON output](json.md). What the exit codes mean is in
[exit codes](exit-codes.md).

`migrate --version` prints the version, `--help` (or `-h`) after any command its options.

## Common options

Every command that works on a profile takes these.

"""
_ENVIRONMENT = {
    "`MIGRATE_TARGET_URL`": "the target, with its password; wins over the profile",
    "`AWS_ENDPOINT_URL_DYNAMODB`, `AWS_ENDPOINT_URL`": "another endpoint for DynamoDB; wins over"
    " the profile. `aws` means AWS itself, `embedded` the emulator",
    "`AWS_ENDPOINT_URL_DYNAMODB_STREAMS`": "another endpoint for DynamoDB Streams; default: that of"
    " DynamoDB",
    "`AWS_PROFILE`, `AWS_ACCESS_KEY_ID`, ...": "credentials, found as every AWS tool finds them",
    "`PGPASSWORD`, `PGSSLROOTCERT`, ...": "read by libpq where the URL does not say it",
    "`MIGRATE_OPERATOR`": "the name that stands in the report; default: the account's",
}


def page() -> str:
    """The whole page."""
    context = click.Context(cli, info_name="migrate")
    commands = list(_commands(cli, context))
    common = _common(commands)
    parts = [_HEAD, *_table(common.values())]
    parts += ["\n## Environment\n\n| variable | meaning |\n|---|---|\n"]
    parts += [f"| {name} | {meaning} |\n" for name, meaning in _ENVIRONMENT.items()]
    parts += [_section(path, command, common) for path, command in commands]
    return "".join(parts).rstrip() + "\n"


def _commands(group: click.Group, context: click.Context) -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name; a group stands before its commands."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield f"{context.command_path} {name}", command
        if isinstance(command, click.Group):
            inner = click.Context(command, info_name=name, parent=context)
            yield from _commands(command, inner)


def _common(commands: list[tuple[str, click.Command]]) -> dict[str, click.Parameter]:
    plan = next(command for path, command in commands if path == "migrate plan")
    found = {one.name: one for one in plan.params}
    return {str(name): found[name] for name in ("profile_name", "mappings_folder", "as_json")}


def _section(path: str, command: click.Command, common: dict[str, click.Parameter]) -> str:
    shared = [one for one in command.params if _same(one, common.get(str(one.name)))]
    takes_common = len(shared) == len(common)
    own = [one for one in command.params if not takes_common or one not in shared]
    lines = [f"\n## {path}\n\n"]
    lines += [
        f"{_paragraph(text)}\n\n" for text in inspect.cleandoc(command.help or "").split("\n\n")
    ]
    names = [_argument(one) for one in own if isinstance(one, click.Argument)]
    if names:
        lines.append(f"Arguments: {', '.join(names)}\n\n")
    options = [one for one in own if not isinstance(one, click.Argument)]
    if options:
        lines += _table(options)
        lines.append("\n")
    if takes_common:
        lines.append("And the [common options](#common-options).\n")
    return "".join(lines).rstrip("\n") + "\n"


def _same(option: click.Parameter, other: click.Parameter | None) -> bool:
    return other is not None and _meaning(option) == _meaning(other)


def _argument(argument: click.Argument) -> str:
    return f"`{argument.make_metavar(click.Context(cli))}`"


def _paragraph(text: str) -> str:
    return " ".join(text.split())


def _table(options: Iterable[click.Parameter]) -> list[str]:
    rows = [f"| {_names(one)} | {_meaning(one)} | {_default(one)} |\n" for one in options]
    return ["| option | meaning | default |\n|---|---|---|\n", *rows]


def _names(option: click.Parameter) -> str:
    names = ", ".join(option.opts)
    if getattr(option, "is_flag", False):
        return f"`{names}`"
    kind = "N" if "INTEGER" in option.type.name.upper() else option.make_metavar(click.Context(cli))
    return f"`{names} {kind}`".replace("|", "\\|")


def _meaning(option: click.Parameter) -> str:
    return str(getattr(option, "help", None) or "")


def _default(option: click.Parameter) -> str:
    value = option.default
    shown = isinstance(value, str | int | Path) and not isinstance(value, bool)
    return f"`{value}`" if shown else ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
