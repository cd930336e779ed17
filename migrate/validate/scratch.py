"""Scratch tables of a reconciliation: the keys that the source makes, and evidence on rejects.

Keys are kept in the database, not in memory, so that a table of any size can be compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field

from psycopg import sql

from migrate.errors import RetryLaterError
from migrate.validate.evidence import Evidence
from migrate.validate.interpretation import Key
from migrate.validate.session import Connection
from migrate.validate.target_table import TargetTable

_SCHEMA = "migrate"
_PREFIX = "reconcile_"
# One number for all reconciliations of a database: they would drop each other's tables.
_LOCK = 7_306_417_120_533
# In the order of the fields of Evidence.
_EVIDENCE = "claim, rule, source, target, unique_column, value, key, kept_by, kept_value"


@dataclass(frozen=True, slots=True)
class Scratch:
    """Where things are staged. Picklable: workers stage into the same tables."""

    keys: dict[str, str] = field(default_factory=dict)
    """By target table, the scratch table of its expected keys."""

    def keys_of(self, table: str) -> sql.Identifier:
        return sql.Identifier(_SCHEMA, self.keys[table])

    @property
    def evidence(self) -> sql.Identifier:
        return sql.Identifier(_SCHEMA, f"{_PREFIX}evidence")


@contextmanager
def scratch_tables(connection: Connection, tables: Iterable[TargetTable]) -> Iterator[Scratch]:
    """Scratch tables for as long as the block runs; those of a killed run are dropped first.

    Raises RetryLaterError while another reconciliation runs in this database.
    """
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK,)).fetchone()
    if not row or not row[0]:
        message = "another reconciliation of this target is running"
        raise RetryLaterError(message, "wait for it to end, or stop it")
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(_SCHEMA)))
    _drop(connection)
    try:
        yield _create(connection, list(tables))
    finally:
        if not connection.broken:
            _drop(connection)
            connection.execute("SELECT pg_advisory_unlock(%s)", (_LOCK,))


def _create(connection: Connection, tables: list[TargetTable]) -> Scratch:
    scratch = Scratch({table.name: f"{_PREFIX}keys_{i}" for i, table in enumerate(tables)})
    for table in tables:
        types = [table.types[name].element_sql for name in table.key_columns]
        columns = [
            sql.SQL("{} {}").format(sql.Identifier(f"k{place}"), sql.SQL(type_sql))
            for place, type_sql in enumerate(types)
        ]
        # UNLOGGED: losing them with the server's memory loses nothing but this run.
        name, list_of_columns = scratch.keys_of(table.name), sql.SQL(", ").join(columns)
        create = sql.SQL("CREATE UNLOGGED TABLE {} ({})")
        connection.execute(create.format(name, list_of_columns))
    create = sql.SQL(
        "CREATE UNLOGGED TABLE {} (place bigint GENERATED ALWAYS AS IDENTITY, claim text,"
        " rule text, source text, target text, unique_column text, value text, key text,"
        " kept_by text, kept_value text, confirmed boolean NOT NULL DEFAULT false)"
    )
    connection.execute(create.format(scratch.evidence))
    return scratch


def _drop(connection: Connection) -> None:
    rows = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = %s AND starts_with(tablename, %s)",
        (_SCHEMA, _PREFIX),
    ).fetchall()
    for (name,) in rows:
        statement = sql.SQL("DROP TABLE IF EXISTS {}")
        connection.execute(statement.format(sql.Identifier(_SCHEMA, name)))


def stage(
    connection: Connection,
    scratch: Scratch,
    keys: dict[str, list[Key]],
    evidence: Sequence[Evidence],
) -> None:
    """Add expected keys by target table, and evidence, in one transaction."""
    with connection.transaction(), connection.cursor() as cursor:
        for table, found in keys.items():
            into_keys = sql.SQL("COPY {} FROM STDIN").format(scratch.keys_of(table))
            with cursor.copy(into_keys) as copy:
                for key in found:
                    copy.write_row(key)
        if evidence:
            into = sql.SQL("COPY {} ({}) FROM STDIN").format(scratch.evidence, sql.SQL(_EVIDENCE))
            with cursor.copy(into) as copy:
                for entry in evidence:
                    copy.write_row(astuple(entry))
