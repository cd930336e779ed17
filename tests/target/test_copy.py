"""Every text that PostgreSQL can hold goes through COPY and comes out unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrate.item import text
from migrate.target.connection import Connection, Target, connect
from migrate.target.copy import copy_lines, upsert_lines
from tests import servers

NASTY = [
    "", "\\N", "\\.", "\\", "\\\\N", "\t", "\n", "\r\n", "\\t", "a\tb\nc\\d", "{NULL}", "NULL",
    '"', '{"a","b"}', "\x01\x1f\x7f\u0085\u2028", "葛󠄀城 👨‍👩‍👧 ｶﾞ", "\ufeff", " x ",
    "'; drop table x; --",
]  # fmt: skip
TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
FEW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def connection(postgres_server_url: str) -> Iterator[Connection]:
    with servers.database(postgres_server_url) as url, connect(Target(url)) as connection:
        connection.execute("create schema app")
        connection.execute(
            'create table app."order" (n integer primary key, "text" text, tags text[])'
        )
        connection.commit()
        yield connection


def copied(connection: Connection, rows: list[tuple[str | None, list[str | None]]]) -> Any:
    """The rows as they stand after a COPY."""
    lines = [
        "\t".join(
            [
                str(place),
                text.NULL if value is None else text.escaped(text.checked(value)),
                text.escaped(text.array(tags)),
            ]
        )
        + "\n"
        for place, (value, tags) in enumerate(rows)
    ]
    try:
        with connection.cursor() as cursor:
            copy_lines(cursor, "app.order", ["n", "text", "tags"], lines)
        return connection.execute('select "text", tags from app."order" order by n').fetchall()
    finally:
        connection.rollback()


def test_nasty_texts_come_out_unchanged(connection: Connection) -> None:
    rows: list[tuple[str | None, list[str | None]]] = [(one, [one, None]) for one in NASTY]
    rows.append((None, []))
    assert copied(connection, rows) == rows


@FEW
@given(st.lists(st.tuples(st.none() | TEXTS, st.lists(st.none() | TEXTS)), max_size=5))
def test_any_text_comes_out_unchanged(
    connection: Connection, rows: list[tuple[str | None, list[str | None]]]
) -> None:
    assert copied(connection, rows) == rows


@FEW
@given(TEXTS)
def test_escaping_can_be_undone(value: str) -> None:
    assert text.unescaped(text.escaped(value)) == value
    assert text.escaped(value) != text.NULL
    assert not set("\t\n\r") & set(text.escaped(value))


def test_more_lines_than_one_write_arrive_in_order(connection: Connection) -> None:
    rows: list[tuple[str | None, list[str | None]]] = [(str(n), []) for n in range(1203)]
    assert copied(connection, rows) == rows


def test_an_upsert_changes_mapped_columns_and_keeps_the_rest(connection: Connection) -> None:
    connection.execute("insert into app.\"order\" values (1, 'old', '{kept}'), (2, 'two', null)")
    with connection.cursor() as cursor:
        lines = ["1\tnew\\\\N\n", "3\t\\N\n"]
        assert upsert_lines(cursor, "app.order", ["n", "text"], ["n"], lines) == 1
        assert upsert_lines(cursor, "app.order", ["n"], ["n"], ["2\n"]) == 0
    found = connection.execute('select * from app."order" order by n').fetchall()
    assert found == [(1, "new\\N", ["kept"]), (2, "two", None), (3, None, None)]
    connection.rollback()


def test_a_refused_line_leaves_the_connection_usable(connection: Connection) -> None:
    with (
        pytest.raises(psycopg.errors.InvalidTextRepresentation),
        connection.transaction(),
        connection.cursor() as cursor,
    ):
        copy_lines(cursor, "app.order", ["n"], ["one\n"])
    assert connection.execute("select 1").fetchone() == (1,)
    connection.rollback()
