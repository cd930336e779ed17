"""Shard iterators: a position in a shard that is worth something for fifteen minutes."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.fakes.dynamodb.errors import invalid

LIFETIME = timedelta(minutes=15)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class ShardIterator:
    """`after`: every record up to this number lies behind the reader."""

    stream_arn: str
    shard_id: str
    after: int
    issued_at: datetime

    def text(self) -> str:
        issued = (self.issued_at - _EPOCH) // _MICROSECOND
        inner = json.dumps([self.shard_id, str(self.after), issued]).encode()
        return f"{self.stream_arn}|1|{base64.urlsafe_b64encode(inner).decode()}"

    @classmethod
    def of(cls, text: str) -> ShardIterator:
        """Raises ApiError for what was never given out."""
        arn, _, inner = text.partition("|1|")
        try:
            shard_id, after, issued = json.loads(base64.urlsafe_b64decode(inner))
            return cls(arn, shard_id, int(after), _EPOCH + issued * _MICROSECOND)
        except (binascii.Error, ValueError, TypeError):
            raise invalid("Invalid ShardIterator") from None

    def is_expired(self, now: datetime) -> bool:
        return now - self.issued_at >= LIFETIME
