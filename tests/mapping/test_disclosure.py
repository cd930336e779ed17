"""Which keys may be printed."""

from __future__ import annotations

import pytest

from migrate.mapping.disclosure import shown_key
from migrate.mapping.spec import Mapping

KEY = '{"email":{"S":"hanako@example.jp"}}'


def mapping(**email: str) -> Mapping:
    column = {"from": "email", "type": "text", **email}
    identity = {"uuid5": ["person", {"from": "email"}], "type": "uuid", "key": True}
    return Mapping.model_validate(
        {
            "mapping": 1,
            "source": {"model": "Person", "key": ["email"]},
            "target": "app.persons",
            "columns": {"id": identity, "email": column},
        }
    )


@pytest.mark.parametrize("data_class", ["personal", "medical"])
def test_key_that_a_column_calls_private_is_shown_by_its_length_only(data_class: str) -> None:
    shown = shown_key(mapping(**{"class": data_class}), KEY)
    assert shown == f"‹key of {len(KEY)} characters›"


@pytest.mark.parametrize("said", [{}, {"class": "internal"}, {"class": "public"}])
def test_other_keys_are_opaque_and_shown(said: dict[str, str]) -> None:
    assert shown_key(mapping(**said), KEY) == KEY
