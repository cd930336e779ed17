"""The mappings of HugMeDo make exactly the target database, no column more or less."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.rehearse.judged import mappings

_FIXTURE = Path(__file__).parents[1] / "data" / "hugmedo-target.tsv"
# The application team's own lists, where somebody keeps them beside the checkout.
_ORIGINAL = Path(__file__).parents[3] / "shared" / "hugmedo"

ColumnFact = tuple[str, str, str, frozenset[str], str]
IndexFact = tuple[str, str]


def _mapped_columns() -> set[ColumnFact]:
    facts = set()
    for mapping in mappings().values():
        for table, name, column in mapping.all_columns():
            marks = {
                "key": column.key,
                "required": column.is_required,
                "unique": column.unique,
            }
            chosen = frozenset(mark for mark, is_set in marks.items() if is_set)
            facts.add((table.target, name, column.type.sql, chosen, column.references or "-"))
    return facts


def _mapped_indexes() -> set[IndexFact]:
    return {
        (table.target, " ".join(index))
        for mapping in mappings().values()
        for table in mapping.tables
        for index in table.indexes
    }


def _fixture() -> tuple[set[ColumnFact], set[IndexFact]]:
    columns: set[ColumnFact] = set()
    indexes: set[IndexFact] = set()
    for line in _FIXTURE.read_text(encoding="utf-8").splitlines():
        kind, *fields = line.split("\t")
        if kind == "column":
            table, name, column_type, marks, references = fields
            chosen = frozenset(marks.split()) - {"-"}
            columns.add((table, name, column_type, chosen, references))
        elif kind == "index":
            indexes.add((fields[0], fields[1]))
    return columns, indexes


def test_columns_are_those_of_the_target() -> None:
    assert _mapped_columns() == _fixture()[0]


def test_indexes_are_those_of_the_target() -> None:
    assert _mapped_indexes() == _fixture()[1]


def test_the_target_has_its_nineteen_tables() -> None:
    assert len({column[0] for column in _fixture()[0]}) == 19


def _original(name: str) -> list[dict[str, str]]:
    path = _ORIGINAL / name
    if not path.exists():
        pytest.skip(f"the application team's {name} does not lie beside the checkout")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_the_fixture_says_what_the_application_team_says() -> None:
    columns = set()
    for row in _original("target-columns.tsv"):
        flags = {
            "key": row["key"] == "pk",
            "required": bool(row["not_null"]),
            "unique": bool(row["unique"]),
        }
        marks = frozenset(mark for mark, is_set in flags.items() if is_set)
        references = (row["references"] or "-").removesuffix(".id")
        table = f"{row['schema']}.{row['table']}"
        columns.add((table, row["column"], row["type"], marks, references))
    assert columns == _fixture()[0]


def test_the_fixture_has_the_indexes_of_the_application_team() -> None:
    schema_of = {table.split(".")[1]: table for table, *_ in _fixture()[0]}
    indexes = {
        (schema_of[row["table"]], row["columns"].replace(", ", " "))
        for row in _original("target-indexes.tsv")
    }
    assert indexes == _fixture()[1]
