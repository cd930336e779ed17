"""One change of one item, before it is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, get_args

from migrate.rehearse.sample.definitions import KEYS
from migrate.rehearse.sample.generate import BUILDERS
from migrate.rehearse.sample.instants import EPOCH, FIRST_MS, PERIOD_MS, iso
from migrate.rehearse.sample.stored import Item, Sample, number, text

Kind = Literal["insert", "update", "hot", "delete", "restore", "bury", "unique", "bad"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_SECOND_MS = 1000


class WriterSample(Sample):
    """The sample with the items that come after it: those are made a second after each other, so
    that a long rehearsal stays in this century."""

    def created_ms(self, model: str, index: int) -> int:
        beyond = index - self.layout.totals[model]
        if beyond < 0:
            return super().created_ms(model, index)
        return FIRST_MS + PERIOD_MS + beyond * _SECOND_MS


@dataclass(frozen=True, slots=True)
class Operation:
    """`item`: the whole item that is put, or the attributes that an update sets; `removed`: those
    that it takes away."""

    kind: Kind
    model: str
    action: Literal["put", "update", "delete"]
    key: Item
    item: Item = field(default_factory=dict)
    removed: tuple[str, ...] = ()


def build(sample: Sample, model: str, index: int) -> Item:
    """An item as the sample made it, or the next ones of its kind."""
    return BUILDERS[model](sample, index)


def key_of(model: str, item: Item) -> Item:
    """The attributes of the table's key."""
    return {name: item[name] for name in KEYS.get(model, ("id",))}


def put(kind: Kind, model: str, item: Item) -> Operation:
    return Operation(kind, model, "put", key_of(model, item), item)


def update(
    kind: Kind, model: str, item: Item, attributes: Item, removed: Iterable[str] = ()
) -> Operation:
    """Set attributes of a stored item and take others away."""
    return Operation(kind, model, "update", key_of(model, item), attributes, tuple(removed))


def delete(kind: Kind, model: str, item: Item) -> Operation:
    return Operation(kind, model, "delete", key_of(model, item))


def stamp(item: Item, now: datetime, version: int) -> None:
    """Mark what is written as AppSync does, so that no write leaves an item as it was."""
    milliseconds = (now - EPOCH) // timedelta(milliseconds=1)
    item["updatedAt"] = text(iso(milliseconds))
    item["_lastChangedAt"] = number(milliseconds)
    item["_version"] = number(version)
