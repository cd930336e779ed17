"""The geometry of the type histogram: one stacked bar an attribute, in SVG user units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_WIDTH, _LABELS, _RIGHT = 760.0, 250.0, 8.0
_ROW_HEIGHT, _TOP = 20.0, 26.0
_LABEL_MAX = 38

TYPES = ("S", "N", "BOOL", "M", "L", "SS", "NS", "B", "BS", "NULL", "malformed")


@dataclass(frozen=True)
class TypeShare:
    """A stretch of one bar; `kind` is the DynamoDB type."""

    kind: str
    x: float
    width: float
    says: str


@dataclass(frozen=True)
class TypeBar:
    """One attribute."""

    label: str
    y: float
    shares: Sequence[TypeShare]


@dataclass(frozen=True)
class Legend:
    """A type that some bar holds."""

    kind: str
    x: float


@dataclass(frozen=True)
class TypesDrawing:
    """Attributes from top to bottom; a full bar is present everywhere."""

    kind: str
    width: float
    height: float
    label_x: float
    bar_x: float
    bar_width: float
    bars: Sequence[TypeBar]
    legend: Sequence[Legend]


@dataclass(frozen=True)
class TypeCounts:
    """How often an attribute held each type, of `holders` places where it could be."""

    label: str
    holders: int
    types: Mapping[str, int]


def type_bars(attributes: Sequence[TypeCounts]) -> TypesDrawing:
    """Lay out the bars."""
    bars = [_bar(one, _TOP + place * _ROW_HEIGHT) for place, one in enumerate(attributes)]
    used = [kind for kind in TYPES if any(one.types.get(kind) for one in attributes)]
    legend = [Legend(kind, _LABELS + place * 62) for place, kind in enumerate(used)]
    height = _TOP + _ROW_HEIGHT * len(bars)
    return TypesDrawing(
        "types", _WIDTH, height, _LABELS - 10, _LABELS, _WIDTH - _LABELS - _RIGHT, bars, legend
    )


def _bar(one: TypeCounts, y: float) -> TypeBar:
    scale = (_WIDTH - _LABELS - _RIGHT) / max(one.holders, 1)
    shares: list[TypeShare] = []
    x = _LABELS
    for kind in TYPES:
        count = one.types.get(kind, 0)
        if count:
            width = max(count * scale, 1.5)  # one item among a million is still seen
            shares.append(TypeShare(kind, x, width, f"{kind} {count:,}"))
            x += count * scale
    label = one.label if len(one.label) <= _LABEL_MAX else one.label[: _LABEL_MAX - 1] + "…"
    return TypeBar(label, y, shares)
