"""What is explored: the rules as they are, each of them broken, and some that may be left out."""

from __future__ import annotations

from dataclasses import dataclass

from tests.model.rules import ALL_RULES, Rules
from tests.model.state import Image, Left
from tests.model.step import ONE, REMOVED, SOFT_DELETED, TWO, UNMAPPABLE, Bounds

_EARLY, _LATE = Image("good", 1, updated=1), Image("good", 1, updated=2)
_CLOCK_IS_AHEAD, _CLOCK_IS_RIGHT = Image("good", 1, updated=9), Image("good", 2, updated=5)
_NONE = None


@dataclass(frozen=True)
class Case:
    """Rules, and the bounds within which they are explored."""

    name: str
    bounds: Bounds
    rules: Rules = ALL_RULES

    def __str__(self) -> str:
        return self.name


HOLDS = (
    Case(
        "every kind of image, two keys, a shared value",
        Bounds(
            Left(writes=3),
            (ONE, TWO, REMOVED, SOFT_DELETED, UNMAPPABLE),
            ((_NONE, _NONE), (ONE, ONE)),
        ),
    ),
    Case(
        "the first of two is kept",
        Bounds(
            Left(writes=3),
            (_EARLY, _LATE, REMOVED),
            ((_NONE, _NONE), (_EARLY, _NONE), (_LATE, _LATE), (_LATE, _EARLY)),
            keep_first=True,
        ),
    ),
    Case(
        "three keys with one value",
        Bounds(Left(writes=2), (ONE, TWO, REMOVED), ((ONE, ONE, ONE), (ONE, _NONE, _NONE))),
    ),
    Case(
        "a split, a reopened stream, a kill",
        Bounds(
            Left(writes=3, splits=1, reopens=1, crashes=1),
            (ONE, REMOVED),
            ((ONE, _NONE),),
        ),
    ),
    Case(
        "four writes, a split, a kill",
        Bounds(Left(writes=4, splits=1, crashes=1), (ONE, REMOVED)),
    ),
    Case(
        "a retry and a kill",
        Bounds(
            Left(writes=3, retries=1, crashes=1),
            (ONE, REMOVED, UNMAPPABLE),
            ((UNMAPPABLE, _NONE), (UNMAPPABLE, ONE)),
        ),
    ),
    Case(
        "an export with its edge",
        Bounds(
            Left(writes=3), (ONE, TWO, REMOVED), ((_NONE, _NONE), (ONE, _NONE)), stale_reads=True
        ),
    ),
    Case(
        "one key, a split, a kill, a retry",
        Bounds(
            Left(writes=4, splits=1, crashes=1, retries=1),
            (ONE, REMOVED, UNMAPPABLE),
            ((_NONE,),),
        ),
    ),
)

GAPS = (
    Case(
        "a remade stream, a trimmed record, a split",
        Bounds(Left(writes=2, remakes=1, trims=1, splits=1), (ONE, REMOVED)),
    ),
)

# Each breaks one rule; the bounds are as small as they can be, so that the trace is short.
BROKEN = (
    Case(
        "Capture starts after the scan",
        Bounds(Left(writes=1), (REMOVED,), ((ONE,),)),
        Rules(capture_before_scan=False),
    ),
    Case(
        "Follow starts before the load is complete",
        Bounds(Left(writes=1), (REMOVED,), ((ONE,),)),
        Rules(follow_after_load=False),
    ),
    Case(
        "The load overwrites what follow wrote",
        Bounds(Left(writes=1), (TWO,), ((ONE,),)),
        Rules(follow_after_load=False, load_keeps_rows=False),
    ),
    Case(
        "The base is older than what capture covers",
        Bounds(Left(writes=1), (REMOVED,), ((ONE,),), stale_reads=True),
        Rules(base_is_covered=False),
    ),
    Case(
        "Children are read before their parents",
        Bounds(Left(writes=2, splits=1), (ONE, TWO), ((_NONE,),)),
        Rules(parents_first=False),
    ),
    Case(
        "The position is committed before the record",
        Bounds(Left(writes=1, crashes=1), (REMOVED,), ((ONE,),)),
        Rules(record_with_position=False),
    ),
    Case(
        "A remade stream is taken for the same one",
        Bounds(Left(writes=1, remakes=1), (ONE,), ((_NONE,),)),
        Rules(stream_is_pinned=False),
    ),
    Case(
        "A trimmed record is passed over",
        Bounds(Left(writes=1, trims=1), (ONE,), ((_NONE,),)),
        Rules(trimmed_is_a_gap=False),
    ),
    Case(
        "Changes are ordered by updatedAt",
        Bounds(Left(writes=2), (_CLOCK_IS_AHEAD, _CLOCK_IS_RIGHT), ((_NONE,),)),
        Rules(stream_orders=False),
    ),
    Case(
        "A refused image leaves the rows before it",
        Bounds(Left(writes=1), (UNMAPPABLE,), ((ONE,),)),
        Rules(refused_removes_rows=False),
    ),
    Case(
        "A retry writes what it read before a change was applied",
        Bounds(Left(writes=2, retries=1), (ONE, REMOVED), ((UNMAPPABLE,),)),
        Rules(retry_looks_again=False),
    ),
    Case(
        "A key waits with the image it came with",
        Bounds(Left(writes=2), (ONE, REMOVED), ((ONE, _NONE),)),
        Rules(newest_waits=False),
    ),
    Case(
        "A reject for a shared value is final",
        Bounds(Left(writes=1), (ONE, REMOVED), ((ONE, ONE),)),
        Rules(judged_again=False),
    ),
    Case(
        "A change that waited is not counted when it is replaced",
        Bounds(Left(writes=2), (ONE, REMOVED), ((ONE, _NONE),)),
        Rules(waiting_is_counted=False),
    ),
)

_WITH_RIVALS = Bounds(Left(writes=2), (ONE, TWO, REMOVED), ((ONE, ONE, ONE), (ONE, TWO, _NONE)))

NOT_NEEDED = (
    Case("values are not freed first", _WITH_RIVALS, Rules(values_are_freed_first=False)),
    Case(
        "keys that wait are not tried before they are judged",
        _WITH_RIVALS,
        Rules(waiting_is_tried=False),
    ),
    Case(
        "a retry writes where changes are still to be applied",
        Bounds(Left(writes=3, retries=1), (ONE, REMOVED, UNMAPPABLE), ((UNMAPPABLE, _NONE),)),
        Rules(retry_leaves_pending=False),
    ),
)
