"""`migrate completion`: the script that completes commands and options in a shell."""

from __future__ import annotations

import click


@click.command("completion", short_help="Print the completion script of a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> int:
    """Print the script; for bash: `migrate completion bash > ~/.migrate-complete.bash`, then
    source it from ~/.bashrc."""
    from click.shell_completion import get_completion_class

    from migrate.cli.main import cli

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(cli, {}, "migrate", "_MIGRATE_COMPLETE").source())
    return 0
