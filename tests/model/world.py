"""What happens outside of the tool: writes, shards that split, streams remade, records trimmed."""

from __future__ import annotations

from collections.abc import Iterator

from tests.model.state import KEYS, Image, Level, Read, State, change, with_one, without_finished
from tests.model.step import Bounds, Step


def steps(state: State, bounds: Bounds) -> Iterator[Step]:
    """Everything that may happen next, whatever the tool does."""
    yield from _writes(state, bounds)
    yield from _shards(state)
    yield from _remakes(state)
    yield from _trims(state)
    yield from _crashes(state)


def _writes(state: State, bounds: Bounds) -> Iterator[Step]:
    if not state.left.writes:
        return
    left = state.left._replace(writes=state.left.writes - 1)
    before = state.source if bounds.stale_reads and not state.is_loaded else None
    for key in range(len(state.source)):
        for image in bounds.images:
            # A write that changes nothing leaves no record.
            if image != state.source[key] and _is_possible(image, state.source[key]):
                source = with_one(state.source, key, image)
                after = state._replace(left=left, source=source, before=before)
                yield Step(
                    f"source: {change(key, image)}",
                    after._replace(stream=_recorded(state, key, image)),
                )


def _is_possible(image: Image | None, there: Image | None) -> bool:
    return there is not None or image is None or image.kind != "soft-deleted"


def _recorded(state: State, key: int, image: Image | None) -> tuple[Level, ...]:
    """The stream with one more record; only the youngest shards are open."""
    if not state.is_on:
        return state.stream
    *older, youngest = state.stream
    return (*older, with_one(youngest, key, (*youngest[key], image)))


def _with_new_shards(state: State) -> tuple[Level, ...]:
    return without_finished((*state.stream, ((),) * len(state.source)))


def _shards(state: State) -> Iterator[Step]:
    if not state.is_on or state.capture == "not started":
        return
    stream = _with_new_shards(state)
    if state.left.splits:
        left = state.left._replace(splits=state.left.splits - 1)
        yield Step("stream: the shard splits", state._replace(left=left, stream=stream))
    if state.left.reopens and not state.is_foreign:
        left = state.left._replace(reopens=state.left.reopens - 1)
        says = "stream: the tool closes and reopens it, and records its successor"
        yield Step(says, state._replace(left=left, stream=stream))


def _remakes(state: State) -> Iterator[Step]:
    """By somebody else: what is written in between leaves no record."""
    if not state.is_on:
        stream = _with_new_shards(state)
        after = state._replace(is_on=True, is_foreign=True, stream=stream)
        yield Step("stream: somebody switches it on again", after)
    elif state.left.remakes and state.capture != "not started":
        left = state.left._replace(remakes=state.left.remakes - 1)
        yield Step("stream: somebody switches it off", state._replace(left=left, is_on=False))


def _trims(state: State) -> Iterator[Step]:
    """The oldest record of a key goes. Before capture starts, nobody misses it."""
    is_awaited = state.capture != "not started"
    if is_awaited and not state.left.trims:
        return
    left = state.left._replace(trims=state.left.trims - is_awaited)
    for key, queue in enumerate(state.stream[0]):
        if queue:
            level = with_one(state.stream[0], key, queue[1:])
            stream = without_finished((level, *state.stream[1:]))
            says = f"stream: the oldest record of {KEYS[key]} is trimmed"
            after = state._replace(left=left, stream=stream, is_trimmed=is_awaited)
            yield Step(says, after)


def _crashes(state: State) -> Iterator[Step]:
    """What was only in memory is gone, and is read again from the committed positions."""
    load = tuple("unread" if isinstance(one, Read) else one for one in state.load)
    after = state._replace(load=load, retry=None, limbo=None)
    if state.left.crashes and after != state:
        left = state.left._replace(crashes=state.left.crashes - 1)
        yield Step("tool: is killed and started again", after._replace(left=left))
