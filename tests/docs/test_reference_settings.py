"""The references of profiles and of the ledger name every key and every column, and no other."""

from __future__ import annotations

import psycopg
import pytest
from pydantic import BaseModel

from migrate.ledger import schema
from migrate.rehearse import profile
from migrate.target.connection import Target, connect
from tests.docs.pages import DOCS, first_cells, headings, section

_PROFILE = (DOCS / "reference/profile.md").read_text(encoding="utf-8")
_LEDGER = (DOCS / "reference/ledger.md").read_text(encoding="utf-8")
_PARTS: dict[str, type[BaseModel]] = {
    "The file": profile.Profile,
    "source": profile.SourceSettings,
    "target": profile.TargetSettings,
    "load": profile.LoadSettings,
    "follow": profile.FollowSection,
    "costs": profile.CostSettings,
    "sample": profile.SampleSettings,
    "criteria": profile.CriteriaSettings,
    "approved_rejects": profile.ApprovedReject,
    "document": profile.DocumentSettings,
    "production_differences": profile.ProductionDifference,
}


@pytest.mark.parametrize("heading", _PARTS)
def test_the_page_of_profiles_names_every_key(heading: str) -> None:
    assert first_cells(_PROFILE, heading) == list(_PARTS[heading].model_fields)


def test_the_page_of_profiles_has_a_section_for_every_part() -> None:
    assert {words for level, words in headings(_PROFILE) if level == 2} == set(_PARTS)


@pytest.mark.parametrize("heading", _PARTS)
def test_the_page_of_profiles_gives_the_defaults(heading: str) -> None:
    rows = [line.split("|") for line in section(_PROFILE, heading) if line.startswith("| `")]
    said = {cells[1].strip(" `"): cells[-2].strip() for cells in rows}
    for name, field in _PARTS[heading].model_fields.items():
        if field.is_required():
            assert said[name] == "must be given", name
        elif isinstance(field.default, bool):
            assert said[name] == f"`{str(field.default).lower()}`", name
        elif isinstance(field.default, int | str) and field.default != "":
            assert said[name] == f"`{field.default}`", name


def test_the_page_of_the_ledger_names_every_table_and_column(postgres_url: str) -> None:
    with connect(Target(postgres_url)) as connection:
        schema.install(connection)
        found = _columns(connection)
    documented = {
        words: first_cells(_LEDGER, words)
        for _, words in headings(_LEDGER)
        if words.startswith("migrate.")
    }
    assert documented == found


def _columns(connection: psycopg.Connection[tuple[object, ...]]) -> dict[str, list[str]]:
    rows = connection.execute(
        "select table_name, column_name from information_schema.columns"
        " where table_schema = 'migrate' order by table_name, ordinal_position"
    )
    found: dict[str, list[str]] = {}
    for table, column in rows:
        found.setdefault(f"migrate.{table}", []).append(str(column))
    return found
