"""Retry: reads a rejected key again, and writes only where no change of it came in between."""

from __future__ import annotations

from collections.abc import Iterator

from tests.model.account import moved, replaced, total
from tests.model.judge import place, try_again
from tests.model.rules import Rules
from tests.model.state import KEYS, Retry, State, change
from tests.model.step import Step

_REJECTED = ("refused", "judged")


def steps(state: State, rules: Rules) -> Iterator[Step]:
    """What a retry may do next, if somebody wants one."""
    if state.retry:
        yield _write(state, state.retry, rules)
    elif state.left.retries and state.is_loaded:
        left = state.left._replace(retries=state.left.retries - 1)
        for key, copy in enumerate(state.copies):
            # Reading the rejected image once more changes nothing.
            if copy and copy.status in _REJECTED and copy.image != state.source[key]:
                image = state.source[key]
                after = state._replace(left=left, retry=Retry(key, image))
                yield Step(f"retry: reads {KEYS[key]} again", after)


def _write(state: State, retry: Retry, rules: Rules) -> Step:
    after = state._replace(retry=None)
    is_late = rules.retry_looks_again and not retry.current
    if is_late or (rules.retry_leaves_pending and state.landed[retry.key]):
        return Step(f"retry: leaves {KEYS[retry.key]} to follow", after)
    copies = place(state.copies, retry.key, retry.image, taken="judged")
    again = try_again(copies, rules)
    counts = [replaced(state.copies[retry.key], rules), moved(copies, again)]
    says = f"retry: writes what it read, {change(retry.key, retry.image)}"
    return Step(says, after._replace(copies=again), total(counts))
