"""Schemas of real apps: their mappings lint clean, their DDL runs twice, their items come back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from migrate.amplify.options import Options
from migrate.amplify.read import read_app
from migrate.errors import SpecError
from migrate.pipeline.convert import convert, convert_app
from tests.amplify.corpus import Schema, schemas, some
from tests.amplify.round_trip import Servers, round_trip, run_twice

pytestmark = pytest.mark.skipif(not schemas(), reason="the corpus of schemas does not lie here")

_OPTIONS = (
    Options(),
    Options(ids="uuid", custom_types="columns", lists="child"),
    Options(custom_types="child", lists="child", plural=False),
)


def _readable() -> Iterator[Schema]:
    return (schema for schema in schemas() if schema.is_readable)


def test_every_schema_converts_into_mappings_without_a_problem(tmp_path: Path) -> None:
    for number, schema in enumerate(_readable()):
        app = read_app([schema.path])
        for options in {_OPTIONS[0], _OPTIONS[number % len(_OPTIONS)]}:
            out = tmp_path / f"{number}-{options.custom_types}"
            found = convert_app(app, out, options)  # lints: a problem would be raised
            assert len(found.mappings) == len(app.models), schema.file
        again = convert_app(app, out, options)
        assert {one.state for one in again.mappings} == {"unchanged"}, schema.file


def test_a_schema_that_is_none_is_refused_with_its_place(tmp_path: Path) -> None:
    broken = [schema for schema in schemas() if not schema.is_readable]
    assert broken
    for schema in broken:
        with pytest.raises(SpecError) as caught:
            convert([schema.path], tmp_path, Options())
        assert caught.value.problems[0].line > 1


def test_the_ddl_of_every_schema_runs_twice(tmp_path: Path, postgres_url: str) -> None:
    for number, schema in enumerate(_readable()):
        out = tmp_path / str(number)
        options = _OPTIONS[number % len(_OPTIONS)]
        convert([schema.path], out, options)
        problems = run_twice(postgres_url, (out / "schema.sql").read_text(encoding="utf-8"))
        assert problems == [], schema.file
        with psycopg.connect(postgres_url) as connection:
            connection.execute("set client_min_messages = error; drop schema app cascade")


@pytest.mark.parametrize("schema", some(8, seed=4), ids=lambda schema: schema.file)
def test_items_come_back_equal_and_none_is_rejected(
    schema: Schema, tmp_path: Path, postgres_url: str, dynamodb_endpoint: str
) -> None:
    number = some(8, seed=4).index(schema)
    options = _OPTIONS[number % len(_OPTIONS)]
    app = read_app([schema.path])
    came = round_trip(app, tmp_path, Servers(dynamodb_endpoint, postgres_url), 7, options)
    assert came.problems == []
    assert came.items > 0
