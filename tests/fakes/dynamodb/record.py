"""One change of one item, and the stream record that tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.fakes.dynamodb.keys import Position
from tests.fakes.dynamodb.sequence import text_of
from tests.fakes.dynamodb.values import Item, item_bytes

TTL_IDENTITY = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
VIEW_TYPES = ("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES")


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to an item; images are never changed afterwards."""

    position: Position
    key: Item
    old: Item | None
    new: Item | None
    size_bytes: tuple[int, int]
    """Of the old and the new item."""
    at: datetime
    by_ttl: bool = False

    @property
    def event_name(self) -> str:
        if self.old is None:
            return "INSERT"
        return "REMOVE" if self.new is None else "MODIFY"


@dataclass(frozen=True, slots=True)
class Record:
    """A record in its shard. `wire` is what GetRecords answers."""

    sequence: int
    at: datetime
    size_bytes: int
    wire: dict[str, Any]


def record_of(change: Change, sequence: int, view_type: str, region: str, event_id: str) -> Record:
    told: dict[str, Any] = {
        # Cut to the second: no order between two changes of one item can be read from it.
        "ApproximateCreationDateTime": int(change.at.timestamp()),
        "Keys": change.key,
    }
    if change.new is not None and view_type in ("NEW_IMAGE", "NEW_AND_OLD_IMAGES"):
        told["NewImage"] = change.new
    if change.old is not None and view_type in ("OLD_IMAGE", "NEW_AND_OLD_IMAGES"):
        told["OldImage"] = change.old
    old_bytes, new_bytes = change.size_bytes
    size_bytes = item_bytes(change.key)
    size_bytes += old_bytes if "OldImage" in told else 0
    size_bytes += new_bytes if "NewImage" in told else 0
    told |= {
        "SequenceNumber": text_of(sequence),
        "SizeBytes": size_bytes,
        "StreamViewType": view_type,
    }
    wire: dict[str, Any] = {
        "eventID": event_id,
        "eventName": change.event_name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": region,
        "dynamodb": told,
    }
    if change.by_ttl:
        wire["userIdentity"] = TTL_IDENTITY
    return Record(sequence, change.at, size_bytes, wire)
