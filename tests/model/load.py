"""Load: a scan reads each key at a moment of its own, and its unit is written later."""

from __future__ import annotations

from collections.abc import Iterator

from tests.model.account import moved, replaced
from tests.model.judge import judge
from tests.model.rules import Rules
from tests.model.state import KEYS, Copy, Image, Read, State, with_one
from tests.model.step import Bounds, Step


def steps(state: State, bounds: Bounds, rules: Rules) -> Iterator[Step]:
    """What the load may do next."""
    if rules.capture_before_scan and state.capture == "not started":
        return
    for key, done in enumerate(state.load):
        if isinstance(done, Read):
            yield _write(state, key, done.image, rules)
        elif done == "unread":
            yield from _reads(state, key)
    if not state.is_loaded and all(done == "written" for done in state.load):
        copies = judge(state.copies, rules, keep_first=bounds.keep_first)
        after = state._replace(is_loaded=True, copies=copies, before=None)
        yield Step("load: is complete", after, moved(state.copies, copies))


def _reads(state: State, key: int) -> Iterator[Step]:
    yield _read(state, key, state.source[key], "reads")
    if state.before and state.before[key] != state.source[key]:
        yield _read(state, key, state.before[key], "reads what was there before,")


def _read(state: State, key: int, image: Image | None, says: str) -> Step:
    after = state._replace(load=with_one(state.load, key, Read(image)))
    return Step(f"load: {says} {_shown(key, image)}", after)


def _write(state: State, key: int, image: Image | None, rules: Rules) -> Step:
    """Unique values are judged when the load is complete."""
    there = state.copies[key]
    made = _made(image)
    is_kept = made is None or (there is not None and rules.load_keeps_rows)
    copies = state.copies if is_kept else with_one(state.copies, key, made)
    after = state._replace(load=with_one(state.load, key, "written"), copies=copies)
    says = f"load: writes {_shown(key, image)}"
    return Step(says, after) if is_kept else Step(says, after, replaced(there, rules))


def _shown(key: int, image: Image | None) -> str:
    return f"no {KEYS[key]}" if image is None else f"{KEYS[key]} = {image}"


def _made(image: Image | None) -> Copy | None:
    if image is None or image.kind == "soft-deleted":
        return None
    return Copy("refused" if image.kind == "unmappable" else "rows", image)
