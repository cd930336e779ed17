"""A plan looks at both sides, names what does not fit, and changes nothing."""

from __future__ import annotations

from collections import Counter

import pytest

from migrate.errors import FixInputError
from migrate.pipeline.plan import make_plan
from migrate.pipeline.planned_parts import segments_for
from tests.small_world import PERSON, SmallWorld, changed, person


def test_a_missing_source_table_is_named(world: SmallWorld) -> None:
    other = changed(PERSON, source={"model": "Nobody"}, target="app.nobody")
    with pytest.raises(FixInputError, match=r"Nobody-smallworldapi.*-test does not exist"):
        make_plan(world.job(other))


def test_a_key_that_differs_from_the_mapping_is_named_with_the_right_one(
    world: SmallWorld,
) -> None:
    world.create_table("Pair", "left", "right")
    other = changed(PERSON, source={"model": "Pair"})
    with pytest.raises(FixInputError, match=r"key \['id'\].*has \['left', 'right'\]") as caught:
        make_plan(world.job(other))
    assert caught.value.hint == "write source.key: ['left', 'right']"


def test_a_plan_lists_what_is_missing_and_changes_nothing(world: SmallWorld) -> None:
    world.put("Person", person(1))
    plan = make_plan(world.job())
    assert plan.missing == ["app.persons", "app.visit_notes", "app.visits"]
    assert plan.items_estimate == 1
    assert world.rows("select nspname from pg_namespace where nspname in ('app', 'migrate')") == []


def test_the_profile_decides_the_number_of_segments(world: SmallWorld) -> None:
    plan = make_plan(world.job(segments=3))
    assert Counter(one.model for one in plan.parts) == {"Person": 3, "Visit": 3}


@pytest.mark.parametrize(
    ("table_bytes", "workers", "segments"),
    [(0, 8, 1), (999_999, 8, 1), (1_000_000, 8, 8), (100_000_000_000, 8, 391), (10**15, 8, 10**6)],
)
def test_segments_follow_the_size_of_the_table(
    table_bytes: int, workers: int, segments: int
) -> None:
    assert segments_for(table_bytes, workers) == segments


def test_the_fingerprint_follows_mappings_and_tables(world: SmallWorld) -> None:
    first = make_plan(world.job()).fingerprint
    assert make_plan(world.job()).fingerprint == first
    assert make_plan(world.job(workers=2, segments=9)).fingerprint == first
    assert make_plan(world.job(PERSON)).fingerprint != first
    world.drop_table("Visit")
    world.create_table("Visit")
    assert make_plan(world.job()).fingerprint != first, "a table made anew holds other items"
