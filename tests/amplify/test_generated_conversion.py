"""Whatever schema: its mappings lint clean, and they take every item that Amplify would store."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrate.amplify.mapping_writer import write_mappings
from migrate.amplify.options import Options
from migrate.amplify.read import read_app
from migrate.mapping.compile import TOMBSTONE, MappedItem, RowFunction
from migrate.mapping.files import load_mappings
from migrate.mapping.spec import Mapping
from migrate.pipeline.convert import convert_app
from migrate.target import definition
from migrate.validate.interpret import interpret
from tests.amplify.generated import schema_text
from tests.amplify.round_trip import Servers, generated, round_trip

_OPTIONS = st.builds(
    Options,
    ids=st.sampled_from(["text", "uuid"]),
    custom_types=st.sampled_from(["jsonb", "columns", "child"]),
    lists=st.sampled_from(["jsonb", "child"]),
    plural=st.booleans(),
)
# A schema is a file, so examples share the test's folder; each writes all it reads.
_SETTINGS = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@_SETTINGS
@given(chance=st.randoms(use_true_random=False), options=_OPTIONS)
def test_mappings_lint_clean_and_take_every_item(
    chance: random.Random, options: Options, tmp_path: Path
) -> None:
    path = tmp_path / "schema.graphql"
    path.write_text(schema_text(chance), encoding="utf-8")
    app = read_app([path])
    for old in tmp_path.glob("out/*"):
        old.unlink()
    convert_app(app, tmp_path / "out", options)  # lints: a problem would be raised
    assert write_mappings(app, options).texts == write_mappings(app, options).texts
    mappings = {mapping.model: mapping for mapping in load_mappings(tmp_path / "out")}
    assert definition.statements(definition.metadata(mappings.values()), idempotent=True)
    items = generated(app, chance.randint(0, 999), options)
    for name, model in app.models.items():
        for item in items[name].all:
            _taken_by_both(mappings[model.table_prefix], item)


def _taken_by_both(mapping: Mapping, item: dict[str, dict[str, object]]) -> None:
    """The loading path and the verifier take the item, and make as many rows of it."""
    mapped = RowFunction(mapping)(item)
    read = interpret(mapping, item)
    if mapped is TOMBSTONE:
        assert read.outcome == "tombstone"
        return
    assert isinstance(mapped, MappedItem)
    assert read.refusal is None
    assert read.outcome == "rows"
    assert sum(len(lines) for lines in mapped.lines) == len(read.rows)


@pytest.mark.parametrize("seed", [1, 2])
def test_generated_apps_come_back_equal(
    seed: int, tmp_path: Path, postgres_url: str, dynamodb_endpoint: str
) -> None:
    path = tmp_path / "schema.graphql"
    path.write_text(schema_text(random.Random(seed)), encoding="utf-8")
    servers = Servers(dynamodb_endpoint, postgres_url)
    options = Options(custom_types="columns" if seed % 2 else "child", lists="child")
    came = round_trip(read_app([path]), tmp_path / "out", servers, seed, options)
    assert came.problems == []
