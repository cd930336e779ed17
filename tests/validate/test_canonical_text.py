"""Canonical text of the target's values: one form for each value, the form that is expected."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from psycopg import sql

from migrate.mapping.column_type import ColumnType
from migrate.validate.canonical import canonical_of
from migrate.validate.session import Connection, session

_CASES = Path(__file__).parent.parent / "cases" / "interpret" / "values.yaml"


@pytest.fixture
def connection(postgres_url: str) -> Iterator[Connection]:
    with session(partial(psycopg.connect, postgres_url)) as opened:
        yield opened


def fetched(connection: Connection, value: Any, column_type: ColumnType) -> str:
    """`value` through PostgreSQL, as the verifier fetches it."""
    cast = sql.SQL("SELECT %s::{type}::" + ("text[]" if column_type.is_array else "text"))
    query = cast.format(type=sql.SQL(column_type.sql))
    row = connection.execute(query, (value,)).fetchone()
    assert row is not None
    return canonical_of(column_type)(row[0])


def test_expected_text_is_what_the_target_gives_back(connection: Connection) -> None:
    compared = 0
    for case in yaml.safe_load(_CASES.read_text(encoding="utf-8")):
        expected = case.get("becomes")
        if expected is None:
            continue
        column_type = ColumnType.parse(case["column"]["type"])
        value = json.loads(expected) if column_type.is_array else expected
        assert fetched(connection, value, column_type) == expected, case["name"]
        compared += 1
    assert compared > 60


@pytest.mark.parametrize(
    ("column_type", "value", "canonical"),
    [
        ("numeric", "0012.500", "12.5"),
        ("numeric", "-0.00", "0"),
        ("numeric", "1e130", "1" + "0" * 130),
        ("numeric", "1e-130", "0." + "0" * 129 + "1"),
        ("numeric", "NaN", "NaN"),
        ("numeric(12,2)", "1.5", "1.5"),
        ("double precision", "1e20", "100000000000000000000"),
        ("double precision", "0.1", "0.1"),
        ("double precision", "-Infinity", "-Infinity"),
        ("boolean", "yes", "true"),
        ("uuid", "A0EEBC999C0B4EF8BB6D6BB9BD380A11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ("time", "09:30:15.120", "09:30:15.12"),
        ("time", "24:00", "24:00:00"),
        ("timestamptz", "2024-04-01 00:30:00.10+09", "2024-03-31 15:30:00.1"),
        ("timestamptz", "infinity", "infinity"),
        ("timestamp", "12000-01-01", "12000-01-01 00:00:00"),
        ("date", "2024-02-28 BC", "2024-02-28 BC"),
        ("jsonb", '{"b": 1.50, "a": [1e3, "1", null]}', '{"a":[1000,"1",null],"b":1.5}'),
        ("jsonb", '{"aa": 1, "b": 2, "B": 3}', '{"B":3,"aa":1,"b":2}'),
        ("text", " か\u3099 ", " か\u3099 "),
        ("bytea", b"\x00\xff", "\\x00ff"),
        ("integer[]", [3, None, 1], '["3",null,"1"]'),
        ("integer[]", [[1, 2], [3, 4]], '[["1","2"],["3","4"]]'),
        ("boolean[]", [True, False], '["true","false"]'),
        ("timestamptz[]", ["2024-04-01 00:30:00+09"], '["2024-03-31 15:30:00"]'),
    ],
)  # fmt: skip
def test_each_value_has_one_text(
    connection: Connection, column_type: str, value: Any, canonical: str
) -> None:
    assert fetched(connection, value, ColumnType.parse(column_type)) == canonical


@pytest.mark.parametrize(
    ("column_type", "text"),
    [
        ("numeric", "12.5"),
        ("jsonb", '{"a":[1,"x"],"b":null}'),
        ("timestamptz", "2024-03-31 15:30:00.1"),
        ("time", "15:30:00.1"),
        ("boolean", "true"),
    ],
)
def test_canonical_text_is_its_own_canonical_form(column_type: str, text: str) -> None:
    assert canonical_of(ColumnType.parse(column_type))(text) == text
