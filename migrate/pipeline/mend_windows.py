"""Chooses the incremental exports that fill a gap, and proves that they leave nothing out."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from migrate.ledger.streams import Generation
from migrate.pipeline.capture_gaps import shown
from migrate.pipeline.copies import EXPORT_EDGE
from migrate.source.export import Export


@dataclass(frozen=True, slots=True)
class Gap:
    """Between the end of what is captured of `lost`, and the begin of the stream `following`."""

    lost: Generation
    following: Generation

    @property
    def begins(self) -> datetime:
        """Exports must hold what was written from here on: their edge is fuzzy."""
        return (self.lost.complete_until or self.lost.covers_from) - EXPORT_EDGE

    @property
    def ends(self) -> datetime:
        return self.following.covers_from + EXPORT_EDGE


def windows_of(gap: Gap, exports: Sequence[Export]) -> tuple[Export, ...] | str:
    """The fewest windows, joined end to start, from the begin of the gap to its end; or why there
    are none, in words that name the instants."""
    held = [one for one in exports if one.table_name == gap.lost.table and one.from_time]
    by_start: dict[datetime, list[Export]] = {}
    for one in held:
        by_start.setdefault(_start(one), []).append(one)
    first = [(one,) for one in held if _start(one) <= gap.begins < _end(one)]
    paths: deque[tuple[Export, ...]] = deque(first)
    reached: dict[datetime, tuple[Export, ...]] = {}
    while paths:
        path = paths.popleft()
        end = _end(path[-1])
        if end in reached:
            continue
        reached[end] = path
        if end >= gap.ends:
            return _of_one_table(path)
        paths.extend((*path, one) for one in by_start.get(end, []))
    return _lacking(gap, held, max(reached, default=None))


def _of_one_table(path: tuple[Export, ...]) -> tuple[Export, ...] | str:
    if len({one.table_id for one in path}) > 1:
        return f"the exports of {path[0].table_name} are of two tables of this name"
    return path


def _lacking(gap: Gap, held: Sequence[Export], reached: datetime | None) -> str:
    table = gap.lost.table
    needed = f"needed without a gap is {shown(gap.begins)} to {shown(gap.ends)}"
    if not held:
        return f"there is no incremental export of {table}; {needed}"
    if reached is None:
        first = min(_start(one) for one in held)
        begin = f"begin at {shown(first)}" if first > gap.begins else "do not reach its begin"
        return f"the exports of {table} {begin}; {needed}"
    later = [_start(one) for one in held if _start(one) > reached]
    behind = f", the next begins at {shown(min(later))}" if later else ""
    return f"the exports of {table} reach to {shown(reached)}{behind}; {needed}"


def _start(window: Export) -> datetime:
    assert window.from_time is not None
    return window.from_time


def _end(window: Export) -> datetime:
    assert window.to_time is not None
    return window.to_time
