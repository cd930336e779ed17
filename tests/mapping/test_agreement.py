"""Generated mappings and items: the compiled path and the interpreter agree on every value."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st
from psycopg.transaction import Transaction

from migrate.mapping.compile import RowFunction
from migrate.mapping.lint import lint
from migrate.mapping.spec import Mapping
from migrate.target.connection import Connection, Target, connect
from migrate.validate.interpret import Interpreter
from migrate.yaml_source import Document
from tests import servers
from tests.mapping.both_paths import compiled, interpreted
from tests.mapping.items import Example, examples, value_examples
from tests.mapping.settings import SETTINGS
from tests.mapping.stored import create_tables, loaded


def validated(example: Example) -> Mapping:
    """The example's mapping, which is valid and has no problem."""
    mapping = Mapping.model_validate(example.mapping)
    assert lint([(mapping, Document("generated.yaml", [], example.mapping))]) == []
    return mapping


def agrees(example: Example) -> None:
    """Both readings of every item are the same. Raises AssertionError."""
    mapping = validated(example)
    function, interpreter = RowFunction(mapping), Interpreter(mapping)
    for item in example.items:
        found, expected = compiled(function, item), interpreted(interpreter, item)
        assert found == expected, f"loaded {found}\nbut the mapping means {expected}"


def run(seed: int, count: int) -> None:
    """`count` examples from a seed. Raises AssertionError with the smallest example found."""
    _family(seed, count)()


def _family(start: int, count: int) -> Callable[[], None]:
    @settings(SETTINGS, max_examples=count, phases=[Phase.generate, Phase.shrink])
    @seed(start)
    @given(st.one_of(examples(), value_examples()))
    def family(example: Example) -> None:
        agrees(example)

    return family


@settings(SETTINGS, max_examples=300, derandomize=True)
@given(examples())
def test_compiled_path_and_interpreter_agree_on_items(example: Example) -> None:
    agrees(example)


@settings(SETTINGS, max_examples=500, derandomize=True)
@given(value_examples())
def test_compiled_path_and_interpreter_agree_on_values(example: Example) -> None:
    agrees(example)


@pytest.fixture(scope="module")
def connection(postgres_server_url: str) -> Iterator[Connection]:
    with servers.database(postgres_server_url) as url, connect(Target(url)) as opened:
        yield opened


@settings(SETTINGS, max_examples=100, derandomize=True)
@given(example=st.one_of(examples(), value_examples()))
def test_postgresql_stores_what_the_interpreter_expects(
    example: Example, connection: Connection
) -> None:
    mapping = validated(example)
    function, interpreter = RowFunction(mapping), Interpreter(mapping)
    with Transaction(connection, force_rollback=True):
        create_tables(connection, [mapping])
        for item in example.items:
            with Transaction(connection, force_rollback=True):  # items may share a key here
                found = loaded(connection, function, item, {})
            assert found == interpreted(interpreter, item)
