"""An item as Amplify stores it: typed JSON with the fields that Amplify and DataStore add."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from migrate.rehearse.sample.chance import Dice, seed_key, uid
from migrate.rehearse.sample.instants import DAY_MS, FIRST_MS, PERIOD_MS, iso
from migrate.rehearse.sample.layout import Layout, Span, layout_of

Attribute = dict[str, Any]
Item = dict[str, Attribute]


@dataclass(frozen=True)
class Sample:
    """What every item's builder needs: ids, dice and counts of one sample."""

    seed: int
    layout: Layout

    @classmethod
    def of(cls, items: int, seed: int) -> Sample:
        return cls(seed, layout_of(items))

    @cached_property
    def _key(self) -> bytes:
        return seed_key(self.seed)

    def uid(self, kind: str, index: int) -> str:
        return uid(self._key, kind, index)

    def dice(self, kind: str, index: int) -> Dice:
        return Dice(self._key, kind, index)

    def sound(self, model: str) -> int:
        return self.layout.sound[model]

    def span(self, key: str) -> Span:
        return self.layout.planted[key]

    def created_ms(self, model: str, index: int) -> int:
        """When an item was made: even over the period, never twice the same in a model."""
        stride = PERIOD_MS // max(1, self.layout.totals[model])
        return FIRST_MS + index * stride + index * 7919 % max(1, stride)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a planted item stands: its number in its span, and in its model."""

    number: int
    index: int


Builder = Callable[[Sample, int], Item]
Change = Callable[[Sample, Item, Spot], None]


def text(value: str) -> Attribute:
    return {"S": value}


def number(value: int) -> Attribute:
    return {"N": str(value)}


def null() -> Attribute:
    return {"NULL": True}


def plain(value: Any) -> Attribute:
    """A plain value as AppSync stores AWSJSON: maps and lists, not text."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return number(value)
    if isinstance(value, list):
        return {"L": [plain(element) for element in value]}
    if isinstance(value, dict):
        return {"M": {name: plain(element) for name, element in value.items()}}
    return null()


def seldom_null(dice: Dice, attribute: Attribute, *, there: int) -> Attribute | None:
    """The attribute in `there` of 100 cases; else NULL or absent, by halves."""
    if dice.percent(there):
        return attribute
    return null() if dice.percent(50) else None


def username(sample: Sample, user: int) -> str:
    return sample.uid("cognito", user)


def owner(sample: Sample, user: int) -> Attribute:
    """Older users' items hold the user name, newer ones `sub::username`."""
    name = username(sample, user)
    return text(name if user % 10 < 3 else f"{name}::{name}")


def stored(
    model: str, attributes: dict[str, Attribute | None], created_ms: int, dice: Dice
) -> Item:
    """The item: absent attributes left out, Amplify's own ones added unless given."""
    changes = dice.below(4)
    updated_ms = created_ms + (dice.below(20 * DAY_MS) if changes else 0)
    item = {name: value for name, value in attributes.items() if value is not None}
    item.setdefault("createdAt", text(iso(created_ms)))
    item.setdefault("updatedAt", text(iso(updated_ms)))
    item["__typename"] = text(model)
    item["_version"] = number(changes + 1)
    item["_lastChangedAt"] = number(updated_ms + dice.below(40))
    alive = dice.below(10)
    if alive == 0:
        item["_deleted"] = null()
    elif alive == 1:
        item["_deleted"] = {"BOOL": False}
    return item
