"""When a rehearsal that followed its source passes."""

from __future__ import annotations

from dataclasses import replace

from migrate.rehearse.judgement import unsettled
from migrate.report.record import FollowedModel, Following

_SETTLED = FollowedModel("User", 10, 7, 2, 1, 1, 0, 0, True)


def _following(*models: FollowedModel, drained: bool = True) -> Following:
    return Following(10, 7, 2, 1, 1, 0, 0, 1.0, drained, 10, 1.0, {"update": 10}, models)


def test_all_changes_are_settled() -> None:
    assert unsettled(_following(_SETTLED)) == 0


def test_a_change_that_is_pending_or_unaccounted_for_counts_its_model() -> None:
    waiting = replace(_SETTLED, applied=6, pending=1, waiting=1)
    lost = replace(_SETTLED, applied=6, balanced=False)
    assert unsettled(_following(_SETTLED, waiting, lost)) == 2


def test_streams_that_were_not_read_to_their_end_prove_nothing() -> None:
    assert unsettled(_following(_SETTLED, _SETTLED, drained=False)) == 2
    assert unsettled(_following(drained=False)) == 1
