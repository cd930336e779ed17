"""How much the tool still has to do before the copy is drained."""

from __future__ import annotations

from tests.model.judge import judge
from tests.model.rules import Rules
from tests.model.state import State
from tests.model.step import Bounds

_CAPTURE = {"not started": 2, "runs": 1, "gap": 0}


def work_left(state: State, bounds: Bounds, rules: Rules) -> int:
    """Falls with each step of the tool, so that no order of its steps goes on for ever."""
    if state.capture == "gap":
        return 0
    unread = sum(sum(map(len, level)) for level in state.stream)
    landed = sum(map(len, state.landed))
    changes = 4 * unread + 3 * (state.limbo is not None) + 2 * landed
    return _CAPTURE[state.capture] + changes + _load(state) + _judgement(state, bounds, rules)


def _load(state: State) -> int:
    keys = (0 if one == "written" else 2 if one == "unread" else 1 for one in state.load)
    return sum(keys) + 2 * (not state.is_loaded)


def _judgement(state: State, bounds: Bounds, rules: Rules) -> int:
    judged = judge(state.copies, rules, keep_first=bounds.keep_first)
    return int(state.is_loaded and judged != state.copies)
