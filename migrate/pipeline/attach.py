"""Puts back what was taken off the target, and takes off a foreign key that stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeVar

from migrate.errors import AskOperatorError, MigrateError, RetryLaterError
from migrate.ledger import detached
from migrate.target import constraints
from migrate.target.connection import Connection, translated
from migrate.target.constraints import Detached
from migrate.target.rows import StillReferencedError

Result = TypeVar("Result")


def attach_all(connection: Connection, *, foreign_keys: bool = True) -> int:
    """Each object in its own transaction, so that a stop half way loses no finished index.

    Raises AskOperatorError when rows break one. Returns how many were put back.
    """
    off = detached.stored(connection)
    wanted = [one for one in off if foreign_keys or one.kind != "foreign key"]
    objects = constraints.in_attach_order(wanted)
    connection.commit()
    for one in objects:
        try:
            with translated(f"{one.kind} {one.name} of {one.table}"), connection.transaction():
                constraints.attach(connection, one)
                _check_same(connection, one)
                detached.remove(connection, one)
        except RetryLaterError:
            raise
        except MigrateError as error:
            raise AskOperatorError(
                f"{one.kind} {one.name} of {one.table} cannot be put back: {error.message}",
                "rows break it; look at `migrate rejects` and the mapping's unique and references",
            ) from error
    return len(objects)


def _check_same(connection: Connection, one: Detached) -> None:
    """The catalogue must say again what it said before. Raises AskOperatorError."""
    if one not in constraints.present(connection, [one.table]):
        raise AskOperatorError(f"the catalogue differs from what was stored: {one.definition}")


class Loosener:
    """Runs what removes rows; a foreign key that forbids it goes off until `attach_all`.

    Only foreign keys of the mapped tables go: what they refer to is judged again afterwards.
    """

    def __init__(self, connection: Connection, run_id: str, tables: Collection[str]) -> None:
        self._connection = connection
        self._run_id = run_id
        self._tables = tables
        self.used = False

    def run(self, action: Callable[[], Result]) -> Result:
        """`action` in one transaction. Raises AskOperatorError where others' rows refer to ours."""
        while True:
            try:
                with self._connection.transaction():
                    return action()
            except StillReferencedError as error:
                self._take_off(error)

    def _take_off(self, error: StillReferencedError) -> None:
        found = [
            one
            for one in constraints.present(self._connection, [error.referring])
            if one.name == error.constraint
        ]
        if error.referring not in self._tables or not found:
            raise AskOperatorError(
                f"rows must go to the rejects, but rows of {error.referring} refer to them"
                f" ({error.constraint}), and no mapping fills that table",
                "decide about those rows first, then run the same command again",
            )
        with self._connection.transaction():
            detached.add(self._connection, self._run_id, found)
            constraints.detach(self._connection, found)
        self.used = True
