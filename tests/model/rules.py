"""The rules of a consistent copy, each of which can be broken to see what it is good for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rules:
    """Everything true: the tool as it is. A counterexample exists for each that is not."""

    # Capture runs before the first page of the scan is read.
    capture_before_scan: bool = True
    # A record and the position behind it are committed in one transaction.
    record_with_position: bool = True
    # A shard is read when its parents were read to their end.
    parents_first: bool = True
    # A stream that somebody else switched off or made again is a gap.
    stream_is_pinned: bool = True
    # A record that was trimmed before it was read is a gap.
    trimmed_is_a_gap: bool = True
    # A base that may be older than its time is refused where capture does not reach back as far.
    base_is_covered: bool = True
    # Changes are applied when the load is complete; if not, the load writes what is not there yet.
    follow_after_load: bool = True
    # ... or it overwrites what is there.
    load_keeps_rows: bool = True
    # The order of a key's changes is that of its stream, and not that of `updatedAt`.
    stream_orders: bool = True
    # The newest image decides also where it is refused: the rows before it go.
    refused_removes_rows: bool = True
    # A later change takes the place of the image with which a key waits.
    newest_waits: bool = True
    # A key that was rejected for its unique value is judged again at the drain.
    judged_again: bool = True
    # A retry writes only where nothing was applied to its key since it read.
    retry_looks_again: bool = True
    # A change that waits is counted as superseded when another takes its place.
    waiting_is_counted: bool = True

    # These are kept for calm and speed. Without them the end is the same, as the explorer shows.

    # All keys of a batch let go of their unique values before one gets rows.
    values_are_freed_first: bool = True
    # A key that waits is tried again in each batch, and not only judged in the end.
    waiting_is_tried: bool = True
    # A retry leaves a key to follow also where captured changes of it are still to be applied.
    retry_leaves_pending: bool = True


ALL_RULES = Rules()
