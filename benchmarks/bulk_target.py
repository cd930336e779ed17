"""The target of the bulk benchmark: a database a data set, brought to the same state each time."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from migrate.target import names


def fresh_database(server_url: str, name: str) -> str:
    """The URL of an empty database `name`; one of an earlier run is dropped."""
    identifier = sql.Identifier(name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(identifier))
    return urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))


def checkpoint(url: str) -> None:
    """Write out what earlier lines left behind, so that this one does not pay for it."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")


def emptied(url: str, tables: Sequence[str]) -> None:
    """TRUNCATE, then CHECKPOINT. A load does the first by itself."""
    with psycopg.connect(url, autocommit=True) as connection:
        listed = sql.SQL(", ").join(names.table(one) for one in tables)
        connection.execute(sql.SQL("TRUNCATE {}").format(listed))
    checkpoint(url)


def assert_only_keys(url: str, tables: Sequence[str]) -> None:
    """Every table has its primary key and nothing else that costs: the same for both lines."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "select c.oid::regclass::text, count(i.*) filter (where i.indisprimary),"
            " count(i.*) filter (where not i.indisprimary),"
            " (select count(*) from pg_constraint k where k.conrelid = c.oid and k.contype = 'f')"
            " from pg_class c left join pg_index i on i.indrelid = c.oid"
            " where c.oid = any(%s::text[]::regclass[]) group by c.oid",
            [list(tables)],
        ).fetchall()
    assert len(found) == len(tables)
    wrong = [row for row in found if tuple(row[1:]) != (1, 0, 0)]
    assert not wrong, f"not only a primary key: {wrong}"


def content(url: str, tables: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Rows and a sum over their hashes, by table: equal content gives equal numbers."""
    found = {}
    with psycopg.connect(url) as connection:
        for table in tables:
            statement = sql.SQL(
                "select count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text from {} t"
            ).format(names.table(table))
            row = connection.execute(statement).fetchone()
            assert row is not None
            found[table] = (int(row[0]), str(row[1]))
    return found


def swallow_rows(url: str, tables: Sequence[str]) -> None:
    """Make every row vanish before it is stored: COPY parses it, and a trigger drops it."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "create or replace function public.swallow() returns trigger"
            " language plpgsql as 'begin return null; end'"
        )
        for table in tables:
            connection.execute(
                sql.SQL(
                    "create or replace trigger swallow before insert on {}"
                    " for each row execute function public.swallow()"
                ).format(names.table(table))
            )
