"""What a test may turn while the fake runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

_MEGABYTE = 1024 * 1024


@dataclass
class Knobs:
    """Attributes of `fake.knobs`. The defaults are DynamoDB on a good day."""

    # Shards
    initial_shards: int = 1
    """Shards of a stream when it is enabled."""
    small_numbers: bool = False
    """Sequence numbers begin at 1, filled up with zeros to 21 digits, as emulators do it."""
    ending_beyond_last: bool = False
    """A closed shard's EndingSequenceNumber lies behind its last record, not on it."""
    vanishes_with_last_record: bool = False
    """A closed shard leaves the listing as soon as its last record is trimmed; else no shard
    does before it has been closed for 24 hours."""
    trims_late: bool = False
    """Only `fake.trim()` trims; else whatever is 24 hours old is gone at once."""

    # DescribeStream
    shards_page_max: int = 100
    child_shards_filter: Literal["served", "refused", "ignored"] = "served"
    """What happens to ShardFilter: old endpoints answer ValidationException; an emulator lists
    every shard, the parent too."""
    unlisted_calls: int = 0
    """A new child is missing in so many DescribeStream answers."""
    open_parent_calls: int = 0
    """A closed shard looks open in so many DescribeStream answers."""

    # GetRecords
    records_page_max: int = 1000
    records_page_bytes_max: int = _MEGABYTE
    end_comes_alone: bool = False
    """A closed shard's null iterator comes with an empty page, after its last record's page."""
    serves_after_last_trimmed: bool = False
    """AFTER_SEQUENCE_NUMBER of the newest trimmed record works: nothing behind it is lost."""
    reads_per_second_max: int | None = None
    """More GetRecords calls of one shard in one second of the clock are throttled."""
    reads_throttled_as: str = "ProvisionedThroughputExceededException"

    # Items
    scan_page_items: int | None = None
    scan_page_bytes_max: int = _MEGABYTE
    empty_scan_pages: int = 0
    """So many of the next Scan answers hold no items, and a LastEvaluatedKey."""
    stale_reads: int = 0
    """So many of the next reads without ConsistentRead see each item before its last change."""
    unprocessed_items: int = 0
    """So many of the next items or keys of batches come back unprocessed."""

    # Tables
    updating_describes: int = 0
    """After CreateTable and UpdateTable so many DescribeTable answers say that it still goes on."""

    def takes(self, name: str) -> bool:
        """Count a knob of the kind "so many of the next" down by one, unless it is at zero."""
        left = getattr(self, name)
        if left > 0:
            setattr(self, name, left - 1)
        return bool(left > 0)
