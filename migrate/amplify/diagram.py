"""The entity-relationship diagram of a set of mappings: tables, keys, references."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from migrate.mapping.spec import Mapping


@dataclass(frozen=True, slots=True)
class DiagramColumn:
    """A column as a diagram shows it."""

    name: str
    type: str
    is_key: bool
    is_foreign: bool


@dataclass(slots=True)
class Entity:
    """A target table; `name` is `schema.table`."""

    name: str
    columns: list[DiagramColumn] = field(default_factory=list)

    @property
    def schema(self) -> str:
        return self.name.split(".")[0]

    @property
    def short(self) -> str:
        return self.name.split(".")[1]


@dataclass(frozen=True, slots=True)
class Link:
    """`child.column` points to `parent`. `required`: always; `unique`: from one row at most;
    `enforced`: by a foreign key."""

    child: str
    column: str
    parent: str
    required: bool = False
    unique: bool = False
    enforced: bool = True


@dataclass(frozen=True)
class Diagram:
    """Entities by name of the table; links in the order of their tables and columns."""

    entities: dict[str, Entity]
    links: list[Link]

    @property
    def has_one_schema(self) -> bool:
        return len({entity.schema for entity in self.entities.values()}) <= 1


def diagram(mappings: Iterable[Mapping], loose: Sequence[Link] = ()) -> Diagram:
    """Of every table that the mappings fill. `loose` links have no foreign key; those whose tables
    no mapping fills are left out."""
    entities: dict[str, Entity] = {}
    links: list[Link] = []
    for mapping in mappings:
        for table in mapping.tables:
            entity = entities.setdefault(table.target, Entity(table.target))
            known = {column.name for column in entity.columns}
            alone = table.key_columns if len(table.key_columns) == 1 else []
            for name, column in table.columns.items():
                if name in known:
                    continue
                foreign = column.references is not None
                shown = DiagramColumn(name, str(column.type), column.key, foreign)
                entity.columns.append(shown)
                if column.references:
                    unique = column.unique or name in alone
                    links.append(
                        Link(table.target, name, column.references, column.is_required, unique)
                    )
    links += [one for one in loose if one.child in entities and one.parent in entities]
    ordered = dict(sorted(entities.items()))
    return Diagram(ordered, sorted(links, key=lambda one: (one.child, one.column, one.parent)))
