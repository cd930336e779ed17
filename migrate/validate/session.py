"""The verifier's PostgreSQL sessions: settings that fix how values are written as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors, sql

from migrate.errors import FixInputError, RetryLaterError

Connection = psycopg.Connection[Any]
Connect = Callable[[], Connection]

# What `column::text` gives depends on these; `migrate.validate.canonical` reads just this form.
_SETTINGS = {
    "DateStyle": "ISO, YMD",
    "TimeZone": "UTC",
    "extra_float_digits": "3",
    "bytea_output": "hex",
    "client_encoding": "UTF8",
}


@contextmanager
def session(connect: Connect) -> Iterator[Connection]:
    """A connection with the settings above, in autocommit; closed at the end."""
    with translated():
        connection = connect()
        try:
            connection.autocommit = True
            for name, value in _SETTINGS.items():
                connection.execute("SELECT set_config(%s, %s, false)", (name, value))
            yield connection
        finally:
            connection.close()


# The target's schema, or SQL of a mapping (`owns`), is not what it should be.
_WRONG_SCHEMA = (
    errors.UndefinedTable,
    errors.UndefinedColumn,
    errors.UndefinedFunction,
    errors.CannotCoerce,
    errors.DatatypeMismatch,
    errors.SyntaxError,
)


@contextmanager
def translated() -> Iterator[None]:
    """Turn PostgreSQL's errors into ours, without the values that its messages may quote."""
    try:
        yield
    except _WRONG_SCHEMA as error:
        message = f"the target is not what the mappings say: {error.diag.message_primary}"
        raise FixInputError(message, "compare the target's schema with the mappings") from error
    except errors.InsufficientPrivilege as error:
        message = f"the target refuses: {error.diag.message_primary}"
        raise FixInputError(message, "grant it to the tool's role") from error
    except psycopg.OperationalError as error:
        hint = "the same command starts the verification anew"
        raise RetryLaterError("the target database failed or cannot be reached", hint) from error


def identifier(table: str) -> sql.Identifier:
    """`schema.table`, quoted."""
    return sql.Identifier(*table.split(".", 1))


def comma(parts: list[sql.Composable]) -> sql.Composed:
    """Parts of a list in SQL."""
    return sql.SQL(", ").join(parts)
