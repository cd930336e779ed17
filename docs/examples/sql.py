"""Runs SQL on the embedded PostgreSQL of the local profile: `python docs/examples/sql.py "..."`.

The embedded servers run only while a command needs them, so this starts them, too.
"""

from __future__ import annotations

import click
import psycopg

from migrate.rehearse.environment import STACK_FOLDER
from migrate.rehearse.stack.stack import local_stack


@click.command()
@click.argument("statement")
def main(statement: str) -> None:
    """Run one statement and print its rows, or how many it changed."""
    with local_stack(STACK_FOLDER, need_source=False, need_target=True) as stack:
        assert stack.target_url is not None
        with psycopg.connect(stack.target_url) as connection:
            cursor = connection.execute(statement.encode())
            if cursor.description is None:
                click.echo(cursor.statusmessage)
                return
            for row in cursor:
                click.echo("\t".join("NULL" if value is None else str(value) for value in row))


if __name__ == "__main__":
    main()
