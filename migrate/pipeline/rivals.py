"""Of rejects and rows that share a key or a unique value: which may stand, as in a fresh load."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrate.item import text as item_text
from migrate.mapping.spec import KeepFirst, Mapping, Table
from migrate.pipeline.model import Model
from migrate.pipeline.victims import Broken
from migrate.target import judging
from migrate.target.connection import Connection
from migrate.target.judging import Claim, Contest
from migrate.target.rows import KeyTexts


@dataclass(slots=True)
class Rivals:
    """`losers`: item keys of rejects that must stay so. `holders`: rows that must go, by place."""

    losers: set[str] = field(default_factory=set)
    holders: list[tuple[Table, Broken, list[KeyTexts]]] = field(default_factory=list)


def find_rivals(
    connection: Connection,
    model: Model,
    shown: Callable[[Table], list[str]],
    images: dict[str, tuple[str, dict[str, Any]]],
) -> Rivals:
    """`images`: by item key, the rule and the item of each reject for a clash. `shown` names the
    columns that tell a row's item."""
    found = Rivals()
    mapped = [(key, rule, model.mapped(item)) for key, (rule, item) in images.items()]
    for table, compared, order, broken in _places(model.mapping):
        place = model.mapping.tables.index(table)
        claims = [
            Claim(key, _texts(table, [*compared, *order], line))
            for key, rule, made in mapped
            if made is not None and rule == broken.rule
            for line in made.lines[place]
        ]
        claims = [one for one in claims if None not in one.texts[: len(compared)]]
        contest = Contest(
            table.target,
            [(name, table.columns[name]) for name in compared],
            [(name, table.columns[name]) for name in order],
            shown(table),
        )
        losers, holders = judging.losers(connection, model.mapping, contest, claims)
        found.losers |= losers
        if holders:
            found.holders.append((table, broken, holders))
    return found


def _places(mapping: Mapping) -> Iterator[tuple[Table, list[str], list[str], Broken]]:
    """(table, columns that must be unique together, columns that decide who is first)."""
    for table in mapping.tables:
        if not table.in_child:
            shown = ", ".join(table.key_columns)
            yield table, table.key_columns, [], Broken("key-clash", table.target, shown)
        for name, column in table.columns.items():
            if column.unique:
                order = first_by(mapping, table)
                yield table, [name], order, Broken("duplicate", table.target, name)


def first_by(mapping: Mapping, table: Table) -> list[str]:
    """The columns that decide which of several duplicates stays; none: nobody does."""
    policy = mapping.duplicates
    if not isinstance(policy, KeepFirst) or policy.column not in table.columns:
        return []
    return [policy.column, *table.key_columns]


def _texts(table: Table, names: Sequence[str], line: str) -> list[str | None]:
    fields = line[:-1].split("\t")
    columns = list(table.columns)
    picked = [fields[columns.index(name)] for name in names]
    return [None if one == item_text.NULL else item_text.unescaped(one) for one in picked]
