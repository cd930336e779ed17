"""Reconciliation: every row and every column of the target against the source, both ways.

Forward, each item is read and interpreted anew, and its rows are looked up by key and compared
column by column. Back, every row of ours whose key no item makes is extra. Keys are staged in the
target database, so memory does not grow with the tables.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing

from migrate.errors import FixInputError, RetryLaterError
from migrate.mapping.spec import Mapping
from migrate.observe import Observer, VerifyProgress, silent
from migrate.validate import worker
from migrate.validate.compare import Plan, RejectLookup
from migrate.validate.confirm import confirm
from migrate.validate.extras import find_extras
from migrate.validate.kept import check_kept
from migrate.validate.outcome import Reconciliation, Tally
from migrate.validate.reader import Part, Reader
from migrate.validate.scratch import scratch_tables
from migrate.validate.session import Connect, session
from migrate.validate.target_table import describe, parent_keys, target_tables
from migrate.validate.worker import Worker

# More parts than workers, so that one long part does not leave the others idle.
_PARTS_PER_WORKER = 2


def reconcile(
    mappings: Iterable[Mapping],
    reader: Reader,
    connect: Connect,
    rejected: RejectLookup,
    workers: int = 1,
    differences_max: int = 1000,
    observer: Observer = silent,
) -> Reconciliation:
    """Compare the target with a source that nobody writes to meanwhile.

    `reader`, `connect` and `rejected` are picklable: with more than one worker, each is a process
    that opens its own. `rejected` gives the open rejects of items by item key. Raises
    FixInputError when the target lacks a table or an export is not whole, RetryLaterError when
    source or target fail or another reconciliation runs.
    """
    by_model = {mapping.model: mapping for mapping in mappings}
    _check_models(by_model, reader)
    tables = target_tables(by_model.values())
    with session(connect) as connection:
        describe(connection, tables)
        parents = parent_keys(connection, tables)
        with scratch_tables(connection, tables.values()) as scratch:
            plan = Plan(by_model, tables, parents, scratch, rejected, differences_max)
            tally = Tally(differences_max)
            started = time.monotonic()
            for found in _run(plan, reader, connect, _parts(by_model, workers), workers):
                tally.merge(found)
                items = sum(model.read for model in tally.models.values())
                observer(VerifyProgress(items, time.monotonic() - started))
            for table in tables.values():
                tally.table(table.name)
                find_extras(connection, scratch, table, tally)
            confirm(connection, scratch, tables, tally)
            check_kept(connection, scratch, tables, tally)
    return tally.result()


def _check_models(models: Iterable[str], reader: Reader) -> None:
    for model in models:
        if model not in reader.models:
            hint = "every mapped model needs its DynamoDB table, or its export"
            raise FixInputError(f"no source is named for model {model}", hint)


def _parts(models: Iterable[str], workers: int) -> list[Part]:
    total = 1 if workers <= 1 else workers * _PARTS_PER_WORKER
    return [Part(model, number, total) for model in models for number in range(total)]


def _run(
    plan: Plan,
    reader: Reader,
    connect: Connect,
    parts: list[Part],
    workers: int,
) -> Iterator[Tally]:
    if workers <= 1:
        with closing(Worker(plan, reader, connect)) as only:
            for part in parts:
                yield only.verify(part)
        return
    # spawn: a forked copy of connections and threads is not safe to use.
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    executor = ProcessPoolExecutor(
        max_workers=workers,
        mp_context=context,
        initializer=worker.start,
        initargs=(plan, reader, connect, stop),
    )
    try:
        futures = [executor.submit(worker.verify, part) for part in parts]
        for future in as_completed(futures):
            yield future.result()
    except BrokenProcessPool as error:
        hint = "it may have been killed for want of memory; the same command starts anew"
        raise RetryLaterError("a verifying process ended before its work", hint) from error
    finally:
        stop.set()  # after an error nobody wants the other parts to the end
        executor.shutdown(cancel_futures=True)
