"""A command's own connection to the target, with the lock that makes it the only one there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from migrate.errors import AskOperatorError
from migrate.ledger import locks, schema
from migrate.pipeline.patience import Patience
from migrate.target.connection import Connection, Target, TransientError, connect, translated

Result = TypeVar("Result")


class Session:
    """Opens its connection again, and takes the lock again, when the server went away."""

    def __init__(
        self, target: Target, name: str, take: Callable[[Connection], None] = locks.lock
    ) -> None:
        self._target = target
        self._name = name
        self._take = take
        self.connection: Connection = connect(target, name=name)

    def run(self, action: Callable[[Connection], Result]) -> Result:
        """`action`, which must be repeatable, in a transaction of its own.

        Raises RetryLaterError when the server stays away, and AskOperatorError when another
        command took the target meanwhile.
        """
        patience = Patience()
        while True:
            try:
                with translated(f"target {self._target.shown}"):
                    result = action(self.connection)
                    self.connection.commit()
                    return result
            except TransientError as error:
                patience.spend(error)
            self.reconnect(patience)

    def once(self, action: Callable[[Connection], Result]) -> Result | None:
        """`action`, which must not be repeated, in a transaction of its own. None: the connection
        was lost, and is there again; only the ledger knows whether it happened. Raises as `run`.
        """
        try:
            with translated(f"target {self._target.shown}"):
                result = action(self.connection)
                self.connection.commit()
                return result
        except TransientError as error:
            patience = Patience()
            patience.spend(error)
        self.reconnect(patience)
        return None

    def reconnect(self, patience: Patience) -> None:
        """A new connection with the lock. Raises as `run`."""
        self.connection.close()
        while True:
            try:
                self.connection = connect(self._target, name=self._name)
                with translated(f"target {self._target.shown}"):
                    self._take(self.connection)
                return
            except TransientError as error:
                patience.spend(error)
            except AskOperatorError as error:  # perhaps our own former session, not yet noticed
                self.connection.close()
                patience.spend(error)


@contextmanager
def locked(
    target: Target, name: str, take: Callable[[Connection], None] = locks.lock
) -> Iterator[Session]:
    """The session of a command that changes the target. Installs the ledger where it is missing.

    `take` takes the command's lock, and raises AskOperatorError when another has it.
    """
    with translated(f"target {target.shown}"):
        session = Session(target, name, take)
        try:
            schema.install(session.connection)
            take(session.connection)
            yield session
        finally:
            session.connection.close()
