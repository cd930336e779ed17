"""A diagram as Mermaid's erDiagram text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrate.amplify.diagram import Diagram, DiagramColumn, Entity, Link

_NOT_A_TYPE = re.compile(r"[^A-Za-z0-9_\[\]()-]")
_NOT_A_NAME = re.compile(r"[^A-Za-z0-9_]")


def mermaid(shown: Diagram) -> str:
    """Tables with their columns, then the links between them."""
    lines = ["erDiagram"]
    for entity in shown.entities.values():
        lines += _entity(entity, shown)
    lines += [_link(link, shown) for link in shown.links]
    return "\n".join(lines) + "\n"


def _entity(entity: Entity, shown: Diagram) -> Iterator[str]:
    label = "" if shown.has_one_schema else f'["{entity.name}"]'
    yield f"  {_name(entity.name, shown)}{label} {{"
    for column in entity.columns:
        yield f"    {_column(column)}"
    yield "  }"


def _name(table: str, shown: Diagram) -> str:
    schema, short = table.split(".")
    return _NOT_A_NAME.sub("_", short if shown.has_one_schema else f"{schema}_{short}")


def _column(column: DiagramColumn) -> str:
    marks = [mark for mark, holds in (("PK", column.is_key), ("FK", column.is_foreign)) if holds]
    kind = _NOT_A_TYPE.sub("_", column.type)
    return f"{kind} {_NOT_A_NAME.sub('_', column.name)} {', '.join(marks)}".rstrip()


def _link(link: Link, shown: Diagram) -> str:
    parent = "||" if link.required else "|o"
    line = "--" if link.enforced else ".."
    child = "o|" if link.unique else "o{"
    ends = _name(link.parent, shown), _name(link.child, shown)
    return f'  {ends[0]} {parent}{line}{child} {ends[1]} : "{link.column}"'
