"""The constraints and indexes that a load took off, kept until they stand again."""

from __future__ import annotations

from collections.abc import Iterable

from migrate.target.connection import Connection
from migrate.target.constraints import Detached


def add(connection: Connection, run_id: str, objects: Iterable[Detached]) -> None:
    """Store definitions in the transaction that drops them."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into migrate.detached (table_name, name, kind, definition, comment, run_id)"
            " values (%s, %s, %s, %s, %s, %s)",
            [
                (one.table, one.name, one.kind, one.definition, one.comment, run_id)
                for one in objects
            ],
        )


def stored(connection: Connection) -> list[Detached]:
    """Everything that is off the target now."""
    rows = connection.execute(
        "select table_name, name, kind, definition, comment from migrate.detached order by 1, 2"
    )
    return [Detached(*row) for row in rows]


def remove(connection: Connection, one: Detached) -> None:
    """Forget one, in the transaction that puts it back."""
    connection.execute(
        "delete from migrate.detached where table_name = %s and name = %s", [one.table, one.name]
    )
