"""Follow: applies captured changes in batches cut anywhere; the newest image of a key decides."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from tests.model.account import moved, replaced, settled, total
from tests.model.judge import judge, place, try_again
from tests.model.rules import Rules
from tests.model.state import Copies, Image, Queue, Retry, State, change, with_one
from tests.model.step import Bounds, Counts, Step


def steps(state: State, bounds: Bounds, rules: Rules) -> Iterator[Step]:
    """What follow may do next: any first changes of each key, or judge behind the last."""
    if not state.is_loaded and rules.follow_after_load:
        return
    for sizes in product(*(range(len(queue) + 1) for queue in state.landed)):
        if any(sizes):
            yield _batch(state, sizes, rules)
    if state.is_loaded and not any(state.landed):
        copies = judge(state.copies, rules, keep_first=bounds.keep_first)
        if copies != state.copies:
            after = state._replace(copies=copies)
            says = "finalise: judges the keys that share a value"
            yield Step(says, after, moved(state.copies, copies))


def _batch(state: State, sizes: tuple[int, ...], rules: Rules) -> Step:
    """One transaction: the changes, then the keys that wait, and the position behind them."""
    newest = {
        key: _newest(queue[:size], rules)
        for key, (queue, size) in enumerate(zip(state.landed, sizes, strict=True))
        if size
    }
    copies, counts = _applied(state.copies, newest, rules)
    again = try_again(copies, rules)
    folded = Counts(superseded=sum(sizes) - len(newest))
    after = state._replace(
        landed=tuple(queue[size:] for queue, size in zip(state.landed, sizes, strict=True)),
        copies=again,
        retry=_looked_at(state.retry, newest),
    )
    says = ", ".join(change(key, image) for key, image in newest.items())
    return Step(f"follow: applies {says}", after, total([counts, folded, moved(copies, again)]))


def _newest(taken: Queue, rules: Rules) -> Image | None:
    if rules.stream_orders or None in taken:
        return taken[-1]
    return max((image for image in taken if image), key=lambda image: image.updated)


def _applied(
    copies: Copies, newest: dict[int, Image | None], rules: Rules
) -> tuple[Copies, Counts]:
    """First all keys of the batch let go of what they have, so that unique values are free."""
    taken = {key: image for key, image in newest.items() if not _stays(copies, key, image, rules)}
    counts = [Counts(superseded=len(newest) - len(taken))]
    for key in taken:
        counts.append(replaced(copies[key], rules))
        if rules.values_are_freed_first:
            copies = with_one(copies, key, None)
    for key, image in taken.items():
        copies = place(copies, key, image, taken="waiting")
        counts.append(settled(copies[key]))
    return copies, total(counts)


def _stays(copies: Copies, key: int, image: Image | None, rules: Rules) -> bool:
    """Under broken rules only: what there is of a key is not replaced."""
    there = copies[key]
    if there is None:
        return False
    is_refused = image is not None and image.kind == "unmappable"
    rows_stay = is_refused and there.status == "rows" and not rules.refused_removes_rows
    return rows_stay or (there.status == "waiting" and not rules.newest_waits)


def _looked_at(retry: Retry | None, newest: dict[int, Image | None]) -> Retry | None:
    if retry and retry.key in newest:
        return retry._replace(current=False)
    return retry
