"""Accounting: sums that hold, and an independent count that agrees."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrate.validate.accounting import ChildTotals, ModelTotals, account
from migrate.validate.outcome import ChildCounts, ModelCounts

MODEL = ModelTotals("Order", read=10, loaded=6, tombstones=1, filtered=1, rejected=2)
COUNTED = ModelCounts("Order", read=10, rows=6, tombstones=1, filtered=1, rejected=2)
CHILD = ChildTotals("Order", "lines", read=9, rows=7, filtered=1, rejected=1)
CHILD_COUNTED = ChildCounts("Order", "lines", read=9, rows=7, filtered=1, rejected=1)


def test_sums_that_agree_are_balanced() -> None:
    accounts = account([MODEL], [CHILD], [COUNTED], [CHILD_COUNTED])
    assert accounts.balanced
    assert accounts.models[0].totals == MODEL
    assert accounts.children[0].reasons == ()


@pytest.mark.parametrize(
    ("totals", "counted", "reasons"),
    [
        (
            replace(MODEL, loaded=5), replace(COUNTED, rows=5),
            ("read 10 is not loaded + tombstones + filtered + rejected = 9",),
        ),
        (
            replace(MODEL, read=11, loaded=7), COUNTED,
            (
                "read: the ledger says 11, the verifier counted 10",
                "loaded: the ledger says 7, the verifier counted 6",
            ),
        ),
        (
            replace(MODEL, tombstones=0, filtered=2), COUNTED,
            (
                "tombstones: the ledger says 0, the verifier counted 1",
                "filtered: the ledger says 2, the verifier counted 1",
            ),
        ),
    ],
)  # fmt: skip
def test_what_does_not_agree_is_named(
    totals: ModelTotals, counted: ModelCounts, reasons: tuple[str, ...]
) -> None:
    accounts = account([totals], [], [counted], [])
    assert not accounts.balanced
    assert accounts.models[0].reasons == reasons


def test_child_lists_are_held_to_the_same() -> None:
    accounts = account([MODEL], [replace(CHILD, rows=8)], [COUNTED], [CHILD_COUNTED])
    assert accounts.models[0].balanced
    assert not accounts.balanced
    assert accounts.children[0].reasons == (
        "read 9 is not rows + filtered + rejected = 10",
        "rows: the ledger says 8, the verifier counted 7",
    )


def test_model_that_one_side_never_saw_is_unbalanced() -> None:
    assert [a.balanced for a in account([MODEL], [], [], []).models] == [False]
    assert [a.balanced for a in account([], [], [COUNTED], []).models] == [False]
    assert [a.balanced for a in account([], [CHILD], [], []).children] == [False]
