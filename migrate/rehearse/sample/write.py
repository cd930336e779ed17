"""Writes items to DynamoDB in batches, several at a time, until every one is stored."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import Any

from migrate.errors import RetryLaterError

Request = tuple[str, dict[str, Any]]
"""Table name and item."""

BATCH_ITEMS = 25  # DynamoDB's limit of BatchWriteItem
# The emulator and this process each keep one core busy: 1 thread writes 2,900 items/s, 4 write
# 4,800, 8 write 5,000.
THREADS = 4
_WAITING_MAX = 3 * THREADS
_ATTEMPTS = 12
_PAUSE_SECONDS_MAX = 2.0


def write_all(
    client: Any, requests: Iterable[Request], on_written: Callable[[int], None] | None = None
) -> None:
    """Write every item. `on_written` is told the number of items stored so far.

    At most a few batches wait at a time, so memory does not grow with the number of items.
    """
    written = 0
    pending: set[Future[int]] = set()
    with ThreadPoolExecutor(THREADS) as pool:
        try:
            for batch in _batches(requests):
                if len(pending) >= _WAITING_MAX:
                    done, pending = wait(pending, return_when=FIRST_COMPLETED)
                    written += _sum(done, on_written, written)
                pending.add(pool.submit(_write_batch, client, batch))
            while pending:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                written += _sum(done, on_written, written)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _sum(
    done: set[Future[int]], on_written: Callable[[int], None] | None, written_before: int
) -> int:
    count = sum(future.result() for future in done)
    if on_written is not None:
        on_written(written_before + count)
    return count


def _batches(requests: Iterable[Request]) -> Iterator[list[Request]]:
    remaining = iter(requests)
    while batch := list(islice(remaining, BATCH_ITEMS)):
        yield batch


def _write_batch(client: Any, batch: list[Request]) -> int:
    write_requests(client, [(table, {"PutRequest": {"Item": item}}) for table, item in batch])
    return len(batch)


def write_requests(client: Any, requests: list[tuple[str, dict[str, Any]]]) -> None:
    """One BatchWriteItem of requests by table, until none is left. Raises RetryLaterError."""
    unwritten: dict[str, list[dict[str, Any]]] = {}
    for table, request in requests:
        unwritten.setdefault(table, []).append(request)
    for attempt in range(_ATTEMPTS):
        _pause(attempt)
        unwritten = client.batch_write_item(RequestItems=unwritten).get("UnprocessedItems") or {}
        if not unwritten:
            return
    raise RetryLaterError(
        f"DynamoDB left items unwritten after {_ATTEMPTS} attempts",
        "the endpoint is overloaded; run the same command again",
    )


def _pause(attempt: int) -> None:
    """Nothing before the first attempt, then longer each time."""
    if attempt:
        time.sleep(min(0.05 * 2**attempt, _PAUSE_SECONDS_MAX))
