"""The writer's changes come from the seed alone, and leave nothing behind that needs an excuse."""

from __future__ import annotations

import copy

import pytest

from migrate.rehearse.sample import expected
from migrate.rehearse.writer.operation import KINDS
from migrate.rehearse.writer.pace import Pace
from migrate.rehearse.writer.pools import LEAVES
from tests.rehearse.judged import Judge, mappings
from tests.rehearse.writer_world import apply, identity, operations, sample

ITEMS, COUNT = 2000, 4000


def test_the_same_seed_and_clock_give_the_same_changes() -> None:
    assert operations(ITEMS, 7, 600) == operations(ITEMS, 7, 600)


def test_another_seed_gives_other_changes() -> None:
    assert operations(ITEMS, 7, 50) != operations(ITEMS, 8, 50)


def test_every_kind_of_change_is_among_them() -> None:
    kinds = [one.kind for one in operations(ITEMS, 7, COUNT)]
    assert set(kinds) == set(KINDS)
    assert all(kinds.count(kind) > 50 for kind in KINDS)
    models = {one.model for one in operations(ITEMS, 7, COUNT)}
    assert models == set(mappings())


def test_every_change_changes_something() -> None:
    """DynamoDB's stream is silent about a write that leaves an item as it is."""
    held = sample(ITEMS, 7)
    for one in operations(ITEMS, 7, COUNT):
        at = identity(one.model, one.key)
        before = copy.deepcopy(held.get(at))
        apply(held, [one])
        assert held.get(at) != before


@pytest.mark.parametrize(
    ("items", "seed", "count"), [(2000, 7, 4000), (300, 1, 900), (100, 2, 700)]
)
def test_what_it_leaves_behind_is_rejected_no_more_than_the_sample(
    items: int, seed: int, count: int
) -> None:
    """Each rule has the rejects that the sample plants, wherever the writer is stopped."""
    for stopped in (count, count // 3):
        held = sample(items, seed)
        apply(held, operations(items, seed, stopped))
        judge = Judge()
        for (model, _), item in held.items():
            judge.take(model, item)
        found, wanted = judge.finish(), expected(items, seed)
        assert found.rejected == wanted.rejected
        assert found.bad_elements == wanted.bad_elements


def test_something_is_bad_and_something_clashes_on_the_way() -> None:
    held = sample(ITEMS, 7)
    apply(held, operations(ITEMS, 7, COUNT)[:3000])
    judge = Judge()
    for (model, _), item in held.items():
        judge.take(model, item)
    found, planted = judge.finish(), expected(ITEMS, 7)
    assert sum(found.rejected.values()) > sum(planted.rejected.values())
    assert found.rejected["User", "duplicate"] + found.rejected["RefreshToken", "duplicate"] > 0


def test_nothing_refers_to_what_is_deleted_for_good() -> None:
    referred = {
        column.references
        for mapping in mappings().values()
        for _, _, column in mapping.all_columns()
        if column.references
    }
    for model in LEAVES:
        assert not referred & {table.target for table in mappings()[model].tables}


def test_changes_come_steadily_then_after_a_pause_all_at_once() -> None:
    pace = Pace(100)
    assert [pace.due(seconds) for seconds in (0, 1, 2, 4, 4.5, 4.99, 5, 6)] == [
        0, 100, 200, 400, 400, 400, 500, 600,
    ]  # fmt: skip
