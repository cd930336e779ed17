"""The first judgement of a copy whose source went on changing: a later change has the last word."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest

from migrate.errors import AskOperatorError
from migrate.ledger import streams
from migrate.pipeline.finalise import finalise
from migrate.pipeline.load import load
from tests.small_world import PERSON, SmallWorld, person

pytestmark = pytest.mark.usefixtures("inline")


def _captured(world: SmallWorld) -> None:
    with psycopg.connect(world.url) as connection:
        streams.pin(
            connection, "Person", number=1, table="Person", arn="a", label="l",
            view_type="NEW_IMAGE", covers_from=datetime.now(UTC),
        )  # fmt: skip


def _loaded_then_changed(world: SmallWorld) -> None:
    """1 and 2 share a code, 3 and 4 another; then 1 goes, and 3 becomes a tombstone."""
    people = [person(n, code="a" if n < 3 else "b") for n in range(1, 5)]
    world.put("Person", *people, person(5))
    load(world.job(PERSON))
    world.delete("Person", 1)
    world.put("Person", person(3, _deleted=True))


def test_rows_whose_item_has_changed_since_make_room_for_its_change(world: SmallWorld) -> None:
    _loaded_then_changed(world)
    _captured(world)
    finalise(world.job(PERSON), foreign_keys=False)
    assert world.numbers("app.persons") == ["5"]
    assert world.rejects() == [("Person", "2", "duplicate", ""), ("Person", "4", "duplicate", "")]


def test_without_a_capture_nobody_would_ever_say_what_became_of_them(world: SmallWorld) -> None:
    _loaded_then_changed(world)
    with pytest.raises(AskOperatorError, match="no item of the source makes them"):
        finalise(world.job(PERSON), foreign_keys=False)
