"""The marker of a sample: which one lies in the tables, and whether it was written to its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Marker:
    """One item in a table of its own, so that only tables of ours are ever dropped."""

    items: int
    seed: int
    version: int
    complete: bool

    def store(self, client: Any, table: str) -> None:
        item = {
            "id": {"S": "sample"},
            "items": {"N": str(self.items)},
            "seed": {"N": str(self.seed)},
            "version": {"N": str(self.version)},
            "complete": {"BOOL": self.complete},
        }
        client.put_item(TableName=table, Item=item)

    @classmethod
    def read(cls, client: Any, table: str) -> Marker | None:
        """The marker in its existing table; None when it was never stored."""
        key = {"id": {"S": "sample"}}
        item = client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
        if item is None:
            return None
        return cls(
            items=int(item["items"]["N"]),
            seed=int(item["seed"]["N"]),
            version=int(item["version"]["N"]),
            complete=item["complete"]["BOOL"],
        )
