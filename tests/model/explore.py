"""Looks at every state that can be reached, the nearest first, and stops at the first wrong one."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.model import capture, follow, load, retry, world
from tests.model.account import is_kept
from tests.model.expected import fresh_load, held
from tests.model.rules import ALL_RULES, Rules
from tests.model.state import State
from tests.model.step import Bounds, Step
from tests.model.work import work_left


class Wrong(NamedTuple):
    """A counterexample: the steps to a state, and what is wrong with it."""

    steps: list[str]
    what: str

    def __str__(self) -> str:
        lines = [f"{number:>2}. {says}" for number, says in enumerate(self.steps, start=1)]
        return "\n".join([*lines, f"==> {self.what}"])


@dataclass
class Explored:
    """`ends`: states in which the tool has nothing left to do, so that the copy was compared.
    `gaps`: those that say "copy again"."""

    states: int = 0
    steps: int = 0
    ends: int = 0
    gaps: int = 0
    wrong: Wrong | None = None
    came_from: dict[State, tuple[State, str] | None] = field(default_factory=dict, repr=False)

    def row(self, name: str) -> str:
        """As a row of the table in the documentation."""
        return f"| {name} | {self.states:,} | {self.steps:,} | {self.ends:,} | {self.gaps:,} |"


def explore(bounds: Bounds, rules: Rules = ALL_RULES) -> Explored:
    """Breadth first, so that the first counterexample is a shortest one."""
    found = Explored(came_from=dict.fromkeys(bounds.starts()))
    ahead = deque(found.came_from)
    while ahead and not found.wrong:
        state = ahead.popleft()
        found.states += 1
        if state.capture == "gap":
            found.gaps += 1  # the copy is given up; nothing that follows can harm it
            continue
        for step in _steps(state, bounds, rules, found):
            found.steps += 1
            if step.state not in found.came_from:
                found.came_from[step.state] = (state, step.says)
                ahead.append(step.state)
    found.came_from.clear()
    return found


def _steps(state: State, bounds: Bounds, rules: Rules, found: Explored) -> list[Step]:
    """All next steps, after the checks of the state and of each step."""
    needed = list(_needed(state, bounds, rules))
    before = work_left(state, bounds, rules)
    for step in needed:
        if work_left(step.state, bounds, rules) >= before:
            found.wrong = _wrong(found, state, step, "the drain comes no nearer")
    if not needed:
        found.ends += 1
        is_held, expected = held(state.copies), fresh_load(state.source, bounds)
        if is_held != expected:
            what = f"the target holds: {is_held}; a fresh load would leave: {expected}"
            found.wrong = _wrong(found, state, None, what)
    steps = [*needed, *world.steps(state, bounds), *retry.steps(state, rules)]
    for step in steps:
        if not is_kept(state, step.state, step.counts):
            found.wrong = _wrong(found, state, step, "the account of captured changes does not sum")
    return steps


def _needed(state: State, bounds: Bounds, rules: Rules) -> Iterator[Step]:
    """What the tool goes on to do when nothing else happens."""
    yield from capture.steps(state, rules)
    yield from load.steps(state, bounds, rules)
    yield from follow.steps(state, bounds, rules)


def _wrong(found: Explored, state: State, step: Step | None, what: str) -> Wrong:
    says = [step.says] if step else []
    while came := found.came_from[state]:
        state = came[0]
        says.append(came[1])
    return Wrong(says[::-1], what)
