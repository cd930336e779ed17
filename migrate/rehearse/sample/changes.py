"""The simple ways in which a planted item differs from a sound one."""

from __future__ import annotations

from migrate.rehearse.sample.instants import DAY_MS, iso
from migrate.rehearse.sample.stored import Attribute, Change, Item, Sample, Spot, number, text

TTL_SECONDS = 30 * 86_400  # DataStore keeps a tombstone for 43,200 minutes


def put(name: str, attribute: Attribute) -> Change:
    """The attribute holds this instead."""

    def change(_sample: Sample, item: Item, _spot: Spot) -> None:
        item[name] = attribute

    return change


def without(*names: str) -> Change:
    """The attributes are absent."""

    def change(_sample: Sample, item: Item, _spot: Spot) -> None:
        for name in names:
            item.pop(name, None)

    return change


def renamed(names: dict[str, str]) -> Change:
    """The attributes stand under the names they had before."""

    def change(_sample: Sample, item: Item, _spot: Spot) -> None:
        for present, former in names.items():
            item[former] = item.pop(present)

    return change


def number_as_text(name: str) -> Change:
    """The number was written as text."""

    def change(_sample: Sample, item: Item, _spot: Spot) -> None:
        item[name] = text(item[name]["N"])

    return change


def point_to(name: str, key: str, *, each: int = 1) -> Change:
    """The attribute refers to a planted item: `each` of these items to the same one."""
    model = key.partition(".")[0]

    def change(sample: Sample, item: Item, spot: Spot) -> None:
        item[name] = text(sample.uid(model, sample.span(key).start + spot.number // each))

    return change


def point_nowhere(name: str) -> Change:
    """The attribute refers to something that is in no table."""

    def change(sample: Sample, item: Item, spot: Spot) -> None:
        item[name] = text(sample.uid(f"nowhere {name}", spot.index))

    return change


def both(first: Change, second: Change) -> Change:
    def change(sample: Sample, item: Item, spot: Spot) -> None:
        first(sample, item, spot)
        second(sample, item, spot)

    return change


def bury(_sample: Sample, item: Item, _spot: Spot) -> None:
    """Make a tombstone of the item, as a DataStore delete does."""
    changed_ms = int(item["_lastChangedAt"]["N"]) + DAY_MS
    item["_deleted"] = {"BOOL": True}
    item["_version"] = number(int(item["_version"]["N"]) + 1)
    item["_lastChangedAt"] = number(changed_ms)
    item["_ttl"] = number(changed_ms // 1000 + TTL_SECONDS)
    item["updatedAt"] = text(iso(changed_ms))
