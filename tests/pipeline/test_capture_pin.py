"""Which streams are taken for capture, and which are refused, with the command that helps."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from migrate.errors import FixInputError
from tests.pipeline.captured_world import CapturedWorld, captured_world, states
from tests.small_world import PERSON, changed, table_name

PERSONS = table_name("Person")


@pytest.fixture
def world(postgres_url: str) -> Iterator[CapturedWorld]:
    with captured_world(postgres_url) as made:
        yield made


@pytest.mark.parametrize("view", [None, "KEYS_ONLY", "OLD_IMAGE"])
def test_a_table_that_cannot_be_captured_is_refused_with_the_command_that_helps(
    world: CapturedWorld, view: str | None
) -> None:
    world.switch("Visit", None)
    if view:
        world.switch("Visit", view)
    with world.capture() as process, pytest.raises(FixInputError) as refused:
        process.pin()
    assert table_name("Visit") in refused.value.message
    assert "aws dynamodb update-table --table-name" in refused.value.hint
    assert (view or "no stream") in refused.value.message
    assert not any(one.operation == "UpdateTable" for one in world.fake.calls)


def test_all_tables_that_cannot_be_captured_are_named_at_once(world: CapturedWorld) -> None:
    world.switch("Visit", None)
    world.switch("Person", None)
    with world.capture() as process, pytest.raises(FixInputError) as refused:
        process.pin()
    assert table_name("Visit") in refused.value.message
    assert PERSONS in refused.value.message


def test_a_mapping_of_another_key_is_refused(world: CapturedWorld) -> None:
    other = changed(PERSON, source={**PERSON["source"], "key": ["id", "at"]})
    with (
        world.capture(world.job(other)) as process,
        pytest.raises(FixInputError, match="has \\['id'\\]"),
    ):
        process.pin()


def test_a_table_that_is_missing_is_refused(world: CapturedWorld) -> None:
    job = dataclasses.replace(world.job_of_all, environment="other")
    with world.capture(job) as process, pytest.raises(FixInputError, match="does not exist"):
        process.pin()


def test_pinning_again_changes_nothing(world: CapturedWorld) -> None:
    for _ in range(3):
        with world.capture() as process:
            process.pin()
    assert states(world) == [(1, "open")]
    assert world.rows("select count(*) from migrate.shards") == [(2,)]
