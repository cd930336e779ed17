"""Targets for the suites' tests: tables without constraints, so that anything can be planted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
from psycopg import sql

from migrate.mapping.spec import Mapping
from migrate.validate.suites.outcome import SuiteOutcome
from migrate.validate.target_table import target_tables
from tests import servers

_START = "00000000-0000-4000-8000-"
_UUID_OF_NUMBER = f"""
CREATE FUNCTION u(integer) RETURNS uuid LANGUAGE sql IMMUTABLE AS
  $$ SELECT ('{_START}' || lpad($1::text, 12, '0'))::uuid $$
"""

PERSON: dict[str, Any] = {
    "mapping": 1,
    "source": {"model": "Person"},
    "target": "app.persons",
    "columns": {
        "id": {"from": "id", "type": "uuid", "key": True},
        "name": {"from": "name", "type": "text", "class": "personal"},
    },
}
VISIT: dict[str, Any] = {
    "mapping": 1,
    "source": {"model": "Visit"},
    "target": "app.visits",
    "columns": {
        "id": {"from": "id", "type": "uuid", "key": True},
        "starts": {"from": "starts", "type": "timestamp", "required": True},
        "ends": {"from": "ends", "type": "timestamp"},
        "status": {"from": "status", "type": "text", "values": {"OPEN": "open", "SHUT": "shut"}},
        "score": {"from": "score", "type": "integer"},
        "tags": {"from": "tags", "type": "text[]"},
        "person_id": {"from": "person", "type": "uuid"},
        "code": {"from": "code", "type": "varchar(5)", "unique": True},
    },
}  # fmt: skip


class Target:
    """A database of its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.connect = partial(psycopg.connect, url)
        self.sql(_UUID_OF_NUMBER)

    def sql(self, statements: str) -> None:
        with self.connect() as connection:
            connection.execute(statements.encode())

    def value(self, query: str) -> Any:
        with self.connect() as connection:
            row = connection.execute(query.encode()).fetchone()
        assert row is not None
        return row[0]

    def create_tables(self, mappings: Iterable[Mapping]) -> None:
        with self.connect() as connection:
            for table in target_tables(mappings).values():
                schema, name = table.name.split(".")
                columns = sql.SQL(", ").join(
                    sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(one.sql))
                    for column, one in table.types.items()
                )
                connection.execute(
                    sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema))
                )
                connection.execute(
                    sql.SQL("CREATE TABLE {} ({})").format(sql.Identifier(schema, name), columns)
                )


@contextmanager
def target(server_url: str, mappings: Sequence[Mapping]) -> Iterator[Target]:
    """A new database with the tables of the mappings."""
    with servers.database(server_url) as url:
        made = Target(url)
        made.create_tables(mappings)
        yield made


def mappings(**visit: Any) -> list[Mapping]:
    """Persons and visits; keyword arguments change the mapping of visits."""
    return [Mapping.model_validate(PERSON), Mapping.model_validate({**VISIT, **visit})]


def number(key: dict[str, str]) -> int:
    """The n of u(n)."""
    return int(key["id"].removeprefix(_START))


def failing(outcomes: Iterable[SuiteOutcome]) -> dict[str, list[int]]:
    """Failing rows by check, as numbers of u(n)."""
    return {
        f"{one.suite} {failure.check.id}": [number(key) for key in failure.keys]
        for one in outcomes
        for failure in one.failures
    }


def raised(outcomes: Iterable[SuiteOutcome]) -> dict[str, str]:
    """Reasons by check."""
    return {
        f"{one.suite} {entry.check.id}": entry.reason
        for one in outcomes
        for entry in one.not_evaluated
    }
