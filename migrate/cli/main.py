"""The entry point: commands found by name, errors turned into words and exit codes."""

from __future__ import annotations

import importlib
import sys

import click

from migrate import __version__
from migrate.cli import failure

# Name -> the module of the command; imported only when that command is asked for.
COMMANDS = (
    "convert", "lint", "plan", "inspect", "export", "capture", "load", "mend", "follow", "drain",
    "finalise", "validate", "rejects", "status", "sample", "rehearse", "report", "completion",
)  # fmt: skip


class _Commands(click.Group):
    """Commands by module name, in the order in which a migration uses them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"migrate.cli.{cmd_name}_command")
        command: click.Command = module.command
        return command


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done and passed; 1 not passed, or ask the operator; 2 wrong usage, spec,"
    " credentials or table; 3 try again later; 4 a defect of this tool; 130 Ctrl-C.",
)
@click.version_option(__version__, prog_name="migrate")
def cli() -> None:
    """Move an AWS Amplify application from DynamoDB to Aurora PostgreSQL.

    Start with `migrate rehearse`: it needs no AWS account and no database.
    """


def main() -> None:
    """Run the command line and exit with the code that tells what to do next."""
    sys.exit(failure.run(cli))
