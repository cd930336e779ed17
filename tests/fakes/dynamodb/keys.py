"""A table's key: which attributes it has, and where in the table's order a key lies."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from tests.fakes.dynamodb.errors import invalid
from tests.fakes.dynamodb.values import Item, canonical_item, canonical_value

HASHES = 2**32
"""Partition keys hash to whole numbers below this."""

_KEY_TYPES = ("S", "N", "B")


class Position(NamedTuple):
    """Where an item lies: scans go in this order, and shards own ranges of `hashed`."""

    hashed: int
    partition: str
    sort: str


@dataclass(frozen=True)
class KeySchema:
    """The key attributes of a table with their types."""

    partition: str
    sort: str | None
    types: dict[str, str]

    @classmethod
    def of(cls, request: dict[str, Any]) -> KeySchema:
        roles = {part["KeyType"]: part["AttributeName"] for part in request["KeySchema"]}
        types = {
            attribute["AttributeName"]: attribute["AttributeType"]
            for attribute in request["AttributeDefinitions"]
        }
        names = set(roles.values())
        if "HASH" not in roles or not names <= set(types):
            raise invalid("One or more parameter values were invalid: the key schema is not whole")
        return cls(roles["HASH"], roles.get("RANGE"), {name: types[name] for name in names})

    def names(self) -> tuple[str, ...]:
        return (self.partition,) if self.sort is None else (self.partition, self.sort)

    def key_of(self, item: Item) -> Item:
        """The key attributes of a whole item. Raises ApiError."""
        for name in self.names():
            if name not in item:
                raise invalid(
                    f"One or more parameter values were invalid: Missing the key {name} in the item"
                )
            self._check(name, item[name])
        return {name: item[name] for name in self.names()}

    def _check(self, name: str, value: dict[str, Any]) -> None:
        [(kind, content)] = canonical_value(value).items()
        if kind != self.types[name] or kind not in _KEY_TYPES:
            raise invalid(
                "One or more parameter values were invalid: Type mismatch for key "
                f"{name} expected: {self.types[name]} actual: {kind}"
            )
        if content == "":
            raise invalid(
                "One or more parameter values are not valid. The AttributeValue for a key "
                f"attribute cannot contain an empty string value. Key: {name}"
            )

    def given(self, key: Any) -> Item:
        """A key as a request names it: these attributes and no others. Raises ApiError."""
        if not isinstance(key, dict) or set(key) != set(self.names()):
            raise invalid("The provided key element does not match the schema")
        return self.key_of(canonical_item(key))

    def position(self, item: Item) -> Position:
        """Of an item or a key in canonical form."""
        [(kind, partition)] = item[self.partition].items()
        sort = "" if self.sort is None else str(next(iter(item[self.sort].values())))
        digest = hashlib.md5(f"{kind}:{partition}".encode(), usedforsecurity=False).digest()
        return Position(int.from_bytes(digest[:4], "big"), partition, sort)

    def invented(self) -> Iterator[Item]:
        """Keys that no item needs to have, in an order that never changes."""
        for number in range(100_000):
            text = {"S": f"none-{number}", "N": str(number), "B": f"{number:08d}"}
            yield {name: {self.types[name]: text[self.types[name]]} for name in self.names()}


def segment_of(hashed: int, segments_total: int) -> int:
    """The one scan segment that holds a hash."""
    return hashed * segments_total // HASHES
