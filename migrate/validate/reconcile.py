"""Reconciliation: every row and every column of the target against the source, both ways.

Forward, each item is read and interpreted anew, and its rows are looked up by key and compared
column by column. Back, every row of ours whose key no item makes is extra. Keys are staged in the
target database, so memory does not grow with the tables.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from typing import Any

from migrate.errors import FixInputError, RetryLaterError
from migrate.mapping.spec import Mapping
from migrate.observe import Observer, VerifyProgress, silent
from migrate.validate import worker
from migrate.validate.compare import Plan, RejectLookup
from migrate.validate.confirm import confirm
from migrate.validate.extras import find_extras
from migrate.validate.kept import check_kept
from migrate.validate.outcome import Reconciliation, Tally
from migrate.validate.scratch import scratch_tables
from migrate.validate.session import Connect, session
from migrate.validate.target_table import describe, parent_keys, target_tables
from migrate.validate.worker import Segment, Worker

# More segments than workers, so that one long segment does not leave the others idle.
_SEGMENTS_PER_WORKER = 2


def reconcile(
    mappings: Iterable[Mapping],
    table_names: dict[str, str],
    connect: Connect,
    client: Callable[[], Any],
    rejected: RejectLookup,
    workers: int = 1,
    differences_max: int = 1000,
    observer: Observer = silent,
) -> Reconciliation:
    """Compare the target with a source that nobody writes to meanwhile.

    `table_names`: DynamoDB table by model. `connect`, `client` (of DynamoDB) and `rejected` are
    picklable: with more than one worker, each is a process that opens its own. `rejected` gives
    the open rejects of items by item key. Raises FixInputError when the target lacks a table,
    RetryLaterError when source or target fail or another reconciliation runs.
    """
    by_model = {mapping.model: mapping for mapping in mappings}
    _check_names(by_model, table_names)
    tables = target_tables(by_model.values())
    with session(connect) as connection:
        describe(connection, tables)
        parents = parent_keys(connection, tables)
        with scratch_tables(connection, tables.values()) as scratch:
            plan = Plan(by_model, tables, parents, scratch, rejected, differences_max)
            tally = Tally(differences_max)
            segments = _segments(by_model, table_names, workers)
            started = time.monotonic()
            for part in _run(plan, connect, client, segments, workers):
                tally.merge(part)
                items = sum(model.read for model in tally.models.values())
                observer(VerifyProgress(items, time.monotonic() - started))
            for table in tables.values():
                tally.table(table.name)
                find_extras(connection, scratch, table, tally)
            confirm(connection, scratch, tables, tally)
            check_kept(connection, scratch, tables, tally)
    return tally.result()


def _check_names(mappings: dict[str, Mapping], table_names: dict[str, str]) -> None:
    for model in mappings:
        if model not in table_names:
            hint = "every mapped model needs its DynamoDB table"
            raise FixInputError(f"no source table is named for model {model}", hint)


def _segments(
    mappings: dict[str, Mapping], table_names: dict[str, str], workers: int
) -> list[Segment]:
    total = 1 if workers <= 1 else workers * _SEGMENTS_PER_WORKER
    return [
        Segment(model, table_names[model], number, total)
        for model in mappings
        for number in range(total)
    ]


def _run(
    plan: Plan,
    connect: Connect,
    client: Callable[[], Any],
    segments: list[Segment],
    workers: int,
) -> Iterator[Tally]:
    if workers <= 1:
        with closing(Worker(plan, connect, client)) as only:
            for segment in segments:
                yield only.verify(segment)
        return
    # spawn: a forked copy of connections and threads is not safe to use.
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    executor = ProcessPoolExecutor(
        max_workers=workers,
        mp_context=context,
        initializer=worker.start,
        initargs=(plan, connect, client, stop),
    )
    try:
        futures = [executor.submit(worker.verify, segment) for segment in segments]
        for future in as_completed(futures):
            yield future.result()
    except BrokenProcessPool as error:
        hint = "it may have been killed for want of memory; the same command starts anew"
        raise RetryLaterError("a verifying process ended before its work", hint) from error
    finally:
        stop.set()  # after an error nobody wants the other segments to the end
        executor.shutdown(cancel_futures=True)
