"""The geometry of the two charts, in SVG user units; the templates only draw it."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from migrate.report.record import Throughput

WIDTH = 760.0
_LABELS = 132.0  # the longest step names of both languages fit
_RIGHT = 84.0  # room for a duration after the last bar
_ROW_HEIGHT = 30.0
_BUCKETS = 60
_NICE_SECONDS = (
    0.1,
    0.2,
    0.5,
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    14400,
)


@dataclass(frozen=True)
class Tick:
    """A line of the grid: where it is, and what it says."""

    at: float
    label: str


@dataclass(frozen=True)
class Bar:
    """One step: its bar, the outline of its plan (0 = none), its texts."""

    label: str
    value: str
    x: float
    y: float
    width: float
    planned_width: float
    text_x: float
    text_anchor: str


@dataclass(frozen=True)
class TimelineDrawing:
    """Steps from top to bottom against time."""

    kind: str
    width: float
    height: float
    axis_y: float
    label_x: float
    bars: Sequence[Bar]
    ticks: Sequence[Tick]


@dataclass(frozen=True)
class Bin:
    """One stretch of time in the throughput chart."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class ThroughputDrawing:
    """Items committed a second, over the time of the load."""

    kind: str
    width: float
    height: float
    left: float
    right: float
    axis_y: float
    bins: Sequence[Bin]
    x_ticks: Sequence[Tick]
    y_ticks: Sequence[Tick]
    mean_y: float
    mean_label: str


@dataclass(frozen=True)
class Span:
    """A step as the timeline wants it: seconds since the start."""

    label: str
    start_seconds: float
    seconds: float
    planned_seconds: float | None


def timeline(spans: Sequence[Span], duration: Callable[[float], str]) -> TimelineDrawing:
    """Lay out the steps; `duration` writes seconds for people."""
    end = max([span.start_seconds + max(span.seconds, span.planned_seconds or 0) for span in spans])
    scale = (WIDTH - _LABELS - _RIGHT) / (end or 1.0)
    bars = [_bar(span, index, scale, duration) for index, span in enumerate(spans)]
    axis_y = _ROW_HEIGHT * len(spans) + 8
    ticks = [Tick(_LABELS + at * scale, duration(at) if at else "0") for at in _ticks(end)]
    return TimelineDrawing("timeline", WIDTH, axis_y + 26, axis_y, _LABELS - 14, bars, ticks)


def _bar(span: Span, index: int, scale: float, duration: Callable[[float], str]) -> Bar:
    x = _LABELS + span.start_seconds * scale
    width = max(span.seconds * scale, 2.0)  # a step that took no time is still seen
    planned = (span.planned_seconds or 0.0) * scale
    after = x + max(width, planned) + 8
    y = index * _ROW_HEIGHT + 8
    return Bar(span.label, duration(span.seconds), x, y, width, planned, after, "start")


def _ticks(end: float) -> list[float]:
    step = next((nice for nice in _NICE_SECONDS if end / nice <= 6), math.ceil(end / 6))
    return [index * step for index in range(int(end / step) + 1)]


def throughput(
    points: Sequence[Throughput], mean: float, mean_label: str, duration: Callable[[float], str]
) -> ThroughputDrawing | None:
    """Lay out the rate over time, or None when there is too little to see."""
    if points and points[0].seconds > 0:
        points = [Throughput(0.0, 0), *points]
    if len(points) < 3:
        return None
    left, right, top, axis_y = 64.0, WIDTH - 8, 32.0, 200.0
    end = points[-1].seconds
    rates = _rates(points)
    y_step = _nice(max([*rates, mean]) / 4)
    y_top = y_step * math.ceil(max([*rates, mean, y_step]) / y_step)
    width = (right - left) / len(rates)
    scale = (axis_y - top) / y_top
    bins = [
        Bin(left + index * width, axis_y - rate * scale, max(width - 1.2, 0.8), rate * scale)
        for index, rate in enumerate(rates)
    ]
    across = (right - left) / end
    x_ticks = [Tick(left + at * across, duration(at) if at else "0") for at in _ticks(end)]
    y_ticks = [
        Tick(axis_y - level * y_step * scale, f"{level * y_step:,.0f}")
        for level in range(1, round(y_top / y_step) + 1)
    ]
    mean_y = axis_y - mean * scale
    return ThroughputDrawing(
        "throughput", WIDTH, axis_y + 26, left, right, axis_y, bins, x_ticks, y_ticks, mean_y,
        mean_label,
    )  # fmt: skip


def _rates(points: Sequence[Throughput]) -> list[float]:
    """Items a second in equal stretches, by straight lines between the measured points."""
    count = min(_BUCKETS, max(len(points) - 1, 1))
    end = points[-1].seconds
    edges = [_items_at(points, end * index / count) for index in range(count + 1)]
    return [max(after - before, 0.0) * count / end for before, after in pairwise(edges)]


def _items_at(points: Sequence[Throughput], seconds: float) -> float:
    index = bisect_left([point.seconds for point in points], seconds)
    if index == 0:
        return float(points[0].items) if points[0].seconds <= seconds else 0.0
    if index == len(points):
        return float(points[-1].items)
    before, after = points[index - 1], points[index]
    share = (seconds - before.seconds) / ((after.seconds - before.seconds) or 1.0)
    return before.items + share * (after.items - before.items)


def _nice(value: float) -> float:
    """The next of 1, 2, 2.5, 5 times a power of ten, and at least 1."""
    if value <= 1:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= value)
