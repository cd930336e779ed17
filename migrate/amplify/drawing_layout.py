"""Where the boxes of a drawn diagram stand: referenced tables to the left of those that refer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from migrate.amplify.diagram import Diagram, DiagramColumn, Entity

ROW_HEIGHT, HEAD_HEIGHT, PADDING = 17, 26, 10
_CHARACTER_WIDTH = 6.7  # of the drawing's 11 px monospace, measured in Chromium
_GAP_X, _GAP_Y, _MARGIN = 110, 26, 24
_SWEEPS = 4


@dataclass(slots=True)
class Box:
    """A table's place, in pixels."""

    entity: Entity
    rows: list[DiagramColumn]
    more: int
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0

    @property
    def height(self) -> float:
        return HEAD_HEIGHT + ROW_HEIGHT * (len(self.rows) + bool(self.more)) + PADDING / 2

    def row_y(self, column: str) -> float:
        """The middle of a column's row; of the last line for one that is not shown."""
        names = [row.name for row in self.rows]
        number = names.index(column) if column in names else len(names)
        return self.y + HEAD_HEIGHT + ROW_HEIGHT * (number + 0.5)

    @property
    def key_y(self) -> float:
        key = next((row.name for row in self.rows if row.is_key), "")
        return self.row_y(key)


@dataclass(frozen=True)
class Placed:
    """All boxes by table, and the size of the whole."""

    boxes: dict[str, Box]
    width: float
    height: float


def placed(shown: Diagram, rows_max: int, height_max: float) -> Placed:
    """Boxes in columns; a column higher than `height_max` goes on in another beside it."""
    boxes = {name: _box(entity, rows_max) for name, entity in shown.entities.items()}
    parents: dict[str, set[str]] = {name: set() for name in boxes}
    for link in shown.links:
        if link.child != link.parent:
            parents[link.child].add(link.parent)
    columns = _columns(boxes, _levels(parents), parents, height_max)
    x = float(_MARGIN)
    for column in columns:
        width = max(box.width for box in column)
        y = float(_MARGIN)
        for box in column:
            box.x, box.y, box.width = x, y, width
            y += box.height + _GAP_Y
        x += width + _GAP_X
    height = max((box.y + box.height for box in boxes.values()), default=0.0)
    return Placed(boxes, max(x - _GAP_X, 0.0) + _MARGIN, height + _MARGIN)


def _box(entity: Entity, rows_max: int) -> Box:
    """Keys and foreign keys always; then as many others as there is room for."""
    spare = rows_max - sum(1 for one in entity.columns if one.is_key or one.is_foreign)
    rows: list[DiagramColumn] = []
    for column in entity.columns:
        if column.is_key or column.is_foreign:
            rows.append(column)
        elif spare > 0:
            rows.append(column)
            spare -= 1
    longest = max((len(row.name) + len(row.type) + 6 for row in rows), default=0)
    width = max(longest, len(entity.name) + 2) * _CHARACTER_WIDTH + 2 * PADDING
    return Box(entity, rows, len(entity.columns) - len(rows), width=width)


def _levels(parents: dict[str, set[str]]) -> dict[str, int]:
    """One more than the highest parent; a reference that closes a circle does not count."""
    levels: dict[str, int] = {}

    def level(name: str, above: frozenset[str]) -> int:
        if name not in levels:
            outer = above | {name}
            known = [level(one, outer) for one in sorted(parents[name]) if one not in outer]
            levels[name] = 1 + max(known, default=-1)
        return levels[name]

    for name in sorted(parents):
        level(name, frozenset())
    return levels


def _columns(
    boxes: dict[str, Box], levels: dict[str, int], parents: dict[str, set[str]], height_max: float
) -> list[list[Box]]:
    layers: list[list[str]] = [[] for _ in range(max(levels.values(), default=-1) + 1)]
    for name in sorted(boxes):
        layers[levels[name]].append(name)
    children: dict[str, set[str]] = {name: set() for name in boxes}
    for name, those in parents.items():
        for parent in those:
            children[parent].add(name)
    for sweep in range(_SWEEPS):
        near = parents if sweep % 2 == 0 else children
        places = {name: place for layer in layers for place, name in enumerate(layer)}
        for layer in layers:
            layer.sort(key=lambda name: (_middle(near[name], places, places[name]), name))
    return [
        [boxes[name] for name in part]
        for layer in layers
        for part in _split(layer, boxes, height_max)
    ]


def _middle(names: Iterable[str], places: dict[str, int], own: int) -> float:
    found = [places[name] for name in names]
    return sum(found) / len(found) if found else float(own)


def _split(layer: list[str], boxes: dict[str, Box], height_max: float) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    height = 0.0
    for name in layer:
        needed = boxes[name].height + _GAP_Y
        if parts[-1] and height + needed > height_max:
            parts.append([])
            height = 0.0
        parts[-1].append(name)
        height += needed
    return [part for part in parts if part]
