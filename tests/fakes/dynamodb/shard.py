"""One shard: a range of hashes, its records, and what has been trimmed of them."""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.fakes.dynamodb.record import Record
from tests.fakes.dynamodb.sequence import SequenceNumbers, text_of

RETENTION = timedelta(hours=24)


@dataclass
class Shard:
    """`hash_low` belongs to it, `hash_high` does not."""

    shard_id: str
    parent_id: str | None
    hash_low: int
    hash_high: int
    numbers: SequenceNumbers
    unlisted_calls: int = 0
    """So many listings do not show it yet."""
    open_calls: int = 0
    """Once it is closed, so many listings do not say so."""
    empty_pages: int = 0
    """So many of the next GetRecords answers are empty."""
    closed_at: datetime | None = None
    ending: int | None = None
    records: list[Record] = field(default_factory=list)
    trimmed_to: int | None = None
    """The newest record that is gone."""
    reads: tuple[int, int] = (0, 0)
    """The clock's second of the last read, and how many there were in it."""

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def before_oldest(self) -> int:
        """The position that TRIM_HORIZON means: everything readable is behind it."""
        return self.numbers.first - 1 if self.trimmed_to is None else self.trimmed_to

    def knows(self, number: int) -> bool:
        """Whether a reader can have it from here: of a record, or of the range's ends."""
        found = [record.sequence for record in self.after(number - 1, 1)]
        return number in (self.numbers.first, self.ending, self.trimmed_to, *found)

    def holds(self, hashed: int) -> bool:
        return self.hash_low <= hashed < self.hash_high

    def close(self, now: datetime, *, ending_beyond_last: bool) -> None:
        """No change comes any more. A shard without any ends where it started."""
        assert self.is_open
        self.closed_at = now
        if ending_beyond_last:
            self.numbers.next()
        self.ending = self.numbers.last

    def after(self, position: int, count: int) -> list[Record]:
        """At most so many records behind a position, oldest first."""
        first = bisect.bisect_right(self.records, position, key=lambda record: record.sequence)
        return self.records[first : first + count]

    def trim(self, now: datetime) -> int:
        """Forget what is 24 hours old; how many records that were."""
        gone = 0
        while gone < len(self.records) and self.records[gone].at <= now - RETENTION:
            gone += 1
        if gone:
            self.trimmed_to = self.records[gone - 1].sequence
            del self.records[:gone]
        return gone

    def is_gone(self, now: datetime, *, with_last_record: bool) -> bool:
        if self.closed_at is None or self.records:
            return False
        if with_last_record and self.trimmed_to is not None:
            return True
        return self.closed_at <= now - RETENTION

    def listed(self) -> dict[str, Any] | None:
        """What this listing says of it; None: nothing yet."""
        if self.unlisted_calls > 0:
            self.unlisted_calls -= 1
            return None
        numbers = {"StartingSequenceNumber": text_of(self.numbers.first)}
        if self.ending is not None and self.open_calls > 0:
            self.open_calls -= 1
        elif self.ending is not None:
            numbers["EndingSequenceNumber"] = text_of(self.ending)
        shown: dict[str, Any] = {"ShardId": self.shard_id, "SequenceNumberRange": numbers}
        if self.parent_id is not None:
            shown["ParentShardId"] = self.parent_id
        return shown
