"""Capture: lands the records of a stream in order, each with the position behind it."""

from __future__ import annotations

from collections.abc import Iterator

from tests.model.rules import Rules
from tests.model.state import Image, Items, State, change, with_one, without_finished
from tests.model.step import Counts, Step


def steps(state: State, rules: Rules) -> Iterator[Step]:
    """What capture may do next."""
    if state.capture == "not started":
        yield Step("capture: starts", state._replace(capture="runs", before=_covered(state, rules)))
    elif _is_gap(state, rules):
        yield Step("capture: finds a gap; copy again", state._replace(capture="gap"))
    elif state.limbo:
        yield _landed(state._replace(limbo=None), *state.limbo)
    else:
        yield from _reads(state, rules)


def _covered(state: State, rules: Rules) -> Items | None:
    """What a read may still return of before the last write: that write must be in the stream."""
    if state.before is None or not rules.base_is_covered:
        return state.before
    is_in_stream = any(
        queue and before != now
        for queue, before, now in zip(state.stream[0], state.before, state.source, strict=True)
    )
    return state.before if is_in_stream else None


def _is_gap(state: State, rules: Rules) -> bool:
    """A stream that is off is never taken for one without changes."""
    is_other = state.is_foreign and rules.stream_is_pinned
    return is_other or not state.is_on or (state.is_trimmed and rules.trimmed_is_a_gap)


def _reads(state: State, rules: Rules) -> Iterator[Step]:
    """The oldest record of any key; of children only behind the end of their parents."""
    readable = state.stream[:1] if rules.parents_first else state.stream
    for place, level in enumerate(readable):
        for key, queue in enumerate(level):
            if queue:
                stream = with_one(state.stream, place, with_one(level, key, queue[1:]))
                read = state._replace(stream=without_finished(stream))
                yield _committed(read, key, queue[0], rules)


def _committed(state: State, key: int, image: Image | None, rules: Rules) -> Step:
    if rules.record_with_position:
        return _landed(state, key, image)
    says = f"capture: commits the position behind {change(key, image)}, not yet the record"
    return Step(says, state._replace(limbo=(key, image)))


def _landed(state: State, key: int, image: Image | None) -> Step:
    landed = with_one(state.landed, key, (*state.landed[key], image))
    after = state._replace(landed=landed)
    return Step(f"capture: lands {change(key, image)}", after, Counts(captured=1))
