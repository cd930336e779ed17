"""Looks into the mapped tables: what their attributes hold, and what a load would refuse.

Only reads; needs no target and no ledger. A parallel scan is no snapshot: a table that is written
to meanwhile shows each item as it was when its page was read. Exports are one: the items of the
full export that no incremental one names, and the newest images of those that one names.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from migrate.aws import client
from migrate.errors import FixInputError, MigrateError, RetryLaterError
from migrate.observe import InspectProgress, Observer, silent
from migrate.pipeline import inspect_worker
from migrate.pipeline.forking import METHOD, warm_up
from migrate.pipeline.inspect_parts import (
    Found,
    Inspected,
    first_parts,
    further_parts,
    inspected_export,
    inspected_table,
    interleaved,
)
from migrate.pipeline.job import Job
from migrate.pipeline.plan import exported_tables
from migrate.source.tables import check_key, describe

Result = TypeVar("Result")

_TICK_SECONDS = 0.5


@dataclass(slots=True)
class Inspection:
    """What was found. `failed`: model -> the error that kept its table from being read."""

    sample: int | None
    models: list[Inspected]
    failed: dict[str, MigrateError]
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    """Of the worker processes, for the parts that they read."""

    @property
    def items(self) -> int:
        return sum(one.tally.items for one in self.models)

    @property
    def from_exports(self) -> bool:
        return any(one.chain is not None for one in self.models)


def inspect_tables(
    job: Job, *, sample: int | None = None, observer: Observer = silent
) -> Inspection:
    """Read every mapped table, or `sample` items of each.

    A table that cannot be read is noted, and the others go on. Raises its error when it was the
    last hope: when no table could be read.
    """
    started = time.monotonic()
    warm_up()
    inspection = _described(job, sample)
    if inspection.models:
        _read(job, inspection, observer, _expected(inspection), started)
    if inspection.failed and not inspection.models:
        raise next(iter(inspection.failed.values()))
    inspection.seconds = time.monotonic() - started
    return inspection


def _described(job: Job, sample: int | None) -> Inspection:
    if job.export is not None:
        tables = exported_tables(job, job.export)
        return Inspection(
            sample,
            [inspected_export(m, table, job.export[m], sample) for m, table in tables.items()],
            {},
        )
    inspection = Inspection(sample, [], {})
    dynamodb = client("dynamodb", job.source)
    for mapping in job.mappings:
        try:
            table = describe(dynamodb, job.source_table(mapping.model))
            check_key(mapping, table)
        except MigrateError as error:
            inspection.failed[mapping.model] = error
            continue
        inspection.models.append(inspected_table(job, mapping.model, table, sample))
    dynamodb.close()
    return inspection


def _expected(inspection: Inspection) -> int:
    """Items to read, by DynamoDB's own estimate, which is hours old on AWS."""
    most = inspection.sample or math.inf
    return int(sum(min(most, one.table.items_estimate) for one in inspection.models))


def _read(
    job: Job, inspection: Inspection, observer: Observer, expected: int, started: float
) -> None:
    context: Any = multiprocessing.get_context(METHOD)
    counter, stop = context.Value("q", 0), context.Event()
    # What workers are forked from may have been started when the environment was another.
    arguments = (job.source, list(job.mappings), counter, stop, dict(os.environ))
    parts = sum(one.parts_total for one in inspection.models)

    def tick() -> None:
        observer(InspectProgress(counter.value, expected, time.monotonic() - started))

    with (
        TemporaryDirectory(prefix="migrate-inspect-") as folder,
        ProcessPoolExecutor(
            max(1, min(job.workers, parts)), context, inspect_worker.start, arguments
        ) as pool,
    ):
        try:
            newest = _find_newest(pool, inspection, folder, tick)
            _take_all(pool, inspection, newest, tick)
        except BrokenProcessPool:
            raise RetryLaterError(
                "a worker process was killed (out of memory?)",
                "give the machine more memory, or use fewer --workers",
            ) from None
        except BaseException:
            stop.set()  # else leaving the block waits for every segment's end
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _find_newest(
    pool: ProcessPoolExecutor, inspection: Inspection, folder: str, tick: Any
) -> dict[str, str]:
    """By model with incremental exports, the file that says which of their changes count."""
    paths: dict[str, str] = {}
    futures: dict[Future[None], str] = {}
    for one in inspection.models:
        if one.chain is not None and one.chain.incrementals:
            paths[one.model] = str(Path(folder) / f"{len(paths)}.newest")
            task = pool.submit(inspect_worker.find_newest, one.model, one.chain, paths[one.model])
            futures[task] = one.model
    for _ in _finished(futures, inspection, tick):
        pass
    _drop_failed(inspection)
    return paths


def _take_all(
    pool: ProcessPoolExecutor, inspection: Inspection, newest: dict[str, str], tick: Any
) -> None:
    """Hand out parts until every table is read, or has given its sample."""
    by_model = {one.model: one for one in inspection.models}
    open_parts = {
        one.model: first_parts(one, inspection.sample, newest.get(one.model))
        for one in inspection.models
    }
    while open_parts:
        found: dict[str, list[Found]] = {model: [] for model in open_parts}
        futures = {
            pool.submit(inspect_worker.inspect_part, part): part.model
            for part in interleaved(list(open_parts.values()))
        }
        for one in _finished(futures, inspection, tick):
            by_model[one.part.model].tally.merge(one.tally)
            inspection.cpu_seconds += one.cpu_seconds
            found[one.part.model].append(one)
        for model in inspection.failed:
            found.pop(model, None)
        open_parts = {
            model: parts
            for model, done in found.items()
            if (parts := further_parts(by_model[model], done, inspection.sample))
        }
    _drop_failed(inspection)


def _drop_failed(inspection: Inspection) -> None:
    inspection.models = [one for one in inspection.models if one.model not in inspection.failed]


def _finished(
    futures: dict[Future[Result], str], inspection: Inspection, tick: Any
) -> Iterator[Result]:
    """Results as they come, by model. One failed part fails its table, and no other."""
    waiting = set(futures)
    while waiting:
        done, waiting = wait(waiting, timeout=_TICK_SECONDS, return_when=FIRST_COMPLETED)
        tick()
        for future in done:
            model = futures[future]
            try:
                if model not in inspection.failed:
                    yield future.result()
            except (FixInputError, RetryLaterError) as error:
                inspection.failed[model] = error
                for other in waiting:
                    if futures[other] == model:
                        other.cancel()
