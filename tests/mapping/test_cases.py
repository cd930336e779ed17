"""The mapping language case by case: compiled path, independent interpreter, real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from psycopg.transaction import Transaction

from migrate.mapping.compile import RowFunction
from migrate.mapping.lint import lint
from migrate.mapping.spec import Mapping, known_keys
from migrate.mapping.transforms import TRANSFORMS
from migrate.target.connection import Connection, Target, connect
from migrate.validate.interpret import Interpreter
from migrate.validate.sources import SOURCES
from migrate.yaml_source import Document
from tests import servers
from tests.mapping.both_paths import Outcome, interpreted
from tests.mapping.case_files import FOLDER, Case, all_cases
from tests.mapping.stored import Stored, create_tables, loaded


@pytest.fixture(scope="module")
def connection(postgres_server_url: str) -> Iterator[Connection]:
    """One database for all cases; each works in a transaction that is rolled back."""
    with servers.database(postgres_server_url) as url, connect(Target(url)) as opened:
        yield opened


@pytest.mark.parametrize("case", all_cases())
def test_both_paths_make_what_the_case_says(case: Case, connection: Connection) -> None:
    parts = [(Mapping.model_validate(content), items) for content, items in case["parts"]]
    mappings = [mapping for mapping, _ in parts]
    assert lint([(mapping, Document("case.yaml", [], None)) for mapping in mappings]) == []
    stored: Stored = {}
    with Transaction(connection, force_rollback=True):
        create_tables(connection, mappings)
        for mapping, items in parts:
            function, interpreter = RowFunction(mapping), Interpreter(mapping)
            for item in items:
                outcome = loaded(connection, function, item, stored)
                assert outcome == interpreted(interpreter, item)
                assert without_rows(outcome, case) == expected_outcome(case)
    assert stored == case.get("rows", {})


def without_rows(outcome: Outcome, case: Case) -> Outcome:
    """What a case says of each of its items; rows are compared over all of them."""
    return replace(outcome, rows=[], at=outcome.at if "at" in case else "")


def expected_outcome(case: Case) -> Outcome:
    if "rule" in case:
        return Outcome("rejected", case["rule"], case.get("at", ""))
    kind = case.get("outcome", "rows")
    children = [[name, *counts] for name, counts in case.get("children", [])]
    return Outcome(kind, children=children, bad_elements=case.get("bad_elements", []))


def test_every_transform_has_a_case_file() -> None:
    written = {path.stem for path in FOLDER.glob("*.yaml")}
    assert set(TRANSFORMS) <= written


def test_every_transform_has_an_independent_reading() -> None:
    assert set(SOURCES) == set(TRANSFORMS.values())


def test_every_key_of_the_language_is_used_by_a_case() -> None:
    used: set[str] = set()
    for case in all_cases():
        for content, _ in case.values[0]["parts"]:
            used |= _keys(content)
    assert known_keys() - used == set()


def _keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*(_keys(entry) for entry in value.values()))
    return set().union(*(_keys(entry) for entry in value)) if isinstance(value, list) else set()
