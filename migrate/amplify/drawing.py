"""A diagram drawn as SVG: one file without scripts or outside parts, the same bytes every time."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from migrate.amplify.diagram import Diagram, DiagramColumn, Link
from migrate.amplify.drawing_layout import (
    HEAD_HEIGHT,
    PADDING,
    ROW_HEIGHT,
    Box,
    Placed,
    placed,
)

_ROWS_MAX, _HEIGHT_MAX = 12, 1500.0
_COLOURS = ("#2f6f73", "#7a4b8a", "#a35b1f", "#3d5a9e", "#5c7330", "#8c3b4a")
_STYLE = """\
text{font:11px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#222}
.head{font-weight:bold;fill:#fff}.type{fill:#777}.key{font-weight:bold}
.box{fill:#fff;stroke:#999}.link{fill:none;stroke:#667;stroke-width:1.1;opacity:.75}
.loose{stroke-dasharray:4 3}"""
_MARKER = (
    '<marker id="{name}" viewBox="0 0 10 10" refX="{place}" refY="5" markerWidth="10"'
    ' markerHeight="10" orient="auto-start-reverse"><path d="{path}" fill="none" stroke="#667"/>'
    "</marker>"
)
_MARKERS = "".join(
    _MARKER.format(name=name, place=place, path=path)
    for name, place, path in (("many", 1, "M9 5L1 0M9 5L1 5M9 5L1 10"), ("one", 5, "M5 1L5 9"))
)


def svg(shown: Diagram, title: str) -> str:
    """The whole picture. `title` is what a screen reader says."""
    whole = placed(shown, _ROWS_MAX, _HEIGHT_MAX)
    schemas = sorted({entity.schema for entity in shown.entities.values()})
    colours = {name: _COLOURS[i % len(_COLOURS)] for i, name in enumerate(schemas)}
    size = f"{whole.width:.0f} {whole.height:.0f}"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}"'
        f' width="{whole.width:.0f}" height="{whole.height:.0f}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{_STYLE}</style>",
        f"<defs>{_MARKERS}</defs>",
        '<rect width="100%" height="100%" fill="#fff"/>',
        *(_link(link, whole) for link in shown.links),
    ]
    for box in whole.boxes.values():
        lines += _box(box, colours[box.entity.schema], shown)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _box(box: Box, colour: str, shown: Diagram) -> Iterator[str]:
    name = box.entity.short if shown.has_one_schema else box.entity.name
    x, y, width = f"{box.x:.0f}", f"{box.y:.0f}", f"{box.width:.0f}"
    yield f'<rect class="box" x="{x}" y="{y}" width="{width}" height="{box.height:.0f}" rx="3"/>'
    head = f'height="{HEAD_HEIGHT - 4}" rx="3" fill="{colour}"'
    yield f'<rect x="{x}" y="{y}" width="{width}" {head}/>'
    yield _text(box.x + PADDING, box.y + 15, name, "head")
    for row in box.rows:
        yield from _row(box, row)
    if box.more:
        last = box.y + HEAD_HEIGHT + ROW_HEIGHT * (len(box.rows) + 0.5) + 4
        yield _text(box.x + PADDING, last, f"and {box.more} more", "type")


def _row(box: Box, row: DiagramColumn) -> Iterator[str]:
    y = box.row_y(row.name) + 4
    yield _text(box.x + PADDING, y, row.name, "key" if row.is_key else "")
    yield _text(box.x + box.width - PADDING, y, row.type, "type", anchor=' text-anchor="end"')


def _text(x: float, y: float, words: str, kind: str, anchor: str = "") -> str:
    chosen = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.0f}" y="{y:.0f}"{chosen}{anchor}>{escape(words)}</text>'


def _link(link: Link, whole: Placed) -> str:
    child, parent = whole.boxes[link.child], whole.boxes[link.parent]
    start_y, end_y = child.row_y(link.column), parent.key_y
    if parent.x < child.x:  # the usual way: leftwards into the referenced table
        start_x, end_x = child.x, parent.x + parent.width
        bend = max((start_x - end_x) / 2, 40.0)
        turns = (start_x - bend, end_x + bend)
    else:  # a circle, or a neighbour in the same column: around the right side
        start_x, end_x = child.x + child.width, parent.x + parent.width
        turns = (start_x + 60, end_x + 60)
    path = (
        f"M{start_x:.0f} {start_y:.0f}C{turns[0]:.0f} {start_y:.0f}"
        f" {turns[1]:.0f} {end_y:.0f} {end_x:.0f} {end_y:.0f}"
    )
    kind = "link" if link.enforced else "link loose"
    first = "one" if link.unique else "many"
    return (
        f'<path class="{kind}" d="{path}" marker-start="url(#{first})" marker-end="url(#one)">'
        f"<title>{escape(f'{link.child}.{link.column} to {link.parent}')}</title></path>"
    )
