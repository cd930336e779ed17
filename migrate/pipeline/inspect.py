"""Looks into the mapped tables: what their attributes hold, and what a load would refuse.

Only reads; needs no target and no ledger. A parallel scan is no snapshot: a table that is written
to meanwhile shows each item as it was when its page was read.
"""

from __future__ import annotations

import math
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any

from migrate.aws import client
from migrate.errors import FixInputError, MigrateError, RetryLaterError
from migrate.observe import InspectProgress, Observer, silent
from migrate.pipeline import inspect_worker
from migrate.pipeline.inspect_tally import Tally
from migrate.pipeline.inspect_worker import Found, Part
from migrate.pipeline.job import Job
from migrate.pipeline.planned_parts import segments_for
from migrate.source.tables import SourceTable, check_key, describe

# A sample is spread over so many segments: DynamoDB cuts a table by the hash of the partition
# key, so each of them starts at another place of the whole.
_SAMPLE_SEGMENTS_MAX = 64
_TICK_SECONDS = 0.5


@dataclass(slots=True)
class Inspected:
    """One model's table. `complete`: every item was read."""

    model: str
    table: SourceTable
    segments_total: int
    tally: Tally = field(default_factory=Tally)
    complete: bool = False


@dataclass(slots=True)
class Inspection:
    """What was found. `failed`: model -> the error that kept its table from being read."""

    sample: int | None
    models: list[Inspected]
    failed: dict[str, MigrateError]
    seconds: float = 0.0

    @property
    def items(self) -> int:
        return sum(one.tally.items for one in self.models)


def inspect_tables(
    job: Job, *, sample: int | None = None, observer: Observer = silent
) -> Inspection:
    """Read every mapped table, or `sample` items of each.

    A table that cannot be read is noted, and the others go on. Raises its error when it was the
    last hope: when no table could be read.
    """
    started = time.monotonic()
    inspection = _described(job, sample)
    if inspection.models:
        _read(job, inspection, observer, _expected(inspection), started)
    if inspection.failed and not inspection.models:
        raise next(iter(inspection.failed.values()))
    inspection.seconds = time.monotonic() - started
    return inspection


def _described(job: Job, sample: int | None) -> Inspection:
    inspection = Inspection(sample, [], {})
    dynamodb = client("dynamodb", job.source)
    for mapping in job.mappings:
        try:
            table = describe(dynamodb, job.source_table(mapping.model))
            check_key(mapping, table)
        except MigrateError as error:
            inspection.failed[mapping.model] = error
            continue
        total = job.segments or segments_for(table.bytes_estimate, job.workers)
        if sample is not None:
            total = min(sample, _SAMPLE_SEGMENTS_MAX)
        inspection.models.append(Inspected(mapping.model, table, total))
    dynamodb.close()
    return inspection


def _expected(inspection: Inspection) -> int:
    """Items to read, by DynamoDB's own estimate, which is hours old on AWS."""
    most = inspection.sample or math.inf
    return int(sum(min(most, one.table.items_estimate) for one in inspection.models))


def _read(
    job: Job, inspection: Inspection, observer: Observer, expected: int, started: float
) -> None:
    context = multiprocessing.get_context("spawn")
    counter, stop = context.Value("q", 0), context.Event()
    arguments = (job.source, list(job.mappings), counter, stop)
    parts = sum(one.segments_total for one in inspection.models)

    def tick() -> None:
        observer(InspectProgress(counter.value, expected, time.monotonic() - started))

    with ProcessPoolExecutor(
        max(1, min(job.workers, parts)), context, inspect_worker.start, arguments
    ) as pool:
        try:
            _take_all(pool, inspection, tick)
        except BrokenProcessPool:
            raise RetryLaterError(
                "a worker process was killed (out of memory?)",
                "give the machine more memory, or use fewer --workers",
            ) from None
        except BaseException:
            stop.set()  # else leaving the block waits for every segment's end
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _take_all(pool: ProcessPoolExecutor, inspection: Inspection, tick: Any) -> None:
    """Hand out parts until every table is read, or has given its sample."""
    by_model = {one.model: one for one in inspection.models}
    open_parts = {one.model: _first_parts(one, inspection.sample) for one in inspection.models}
    while open_parts:
        found: dict[str, list[Found]] = {model: [] for model in open_parts}
        futures = {
            pool.submit(inspect_worker.inspect_part, part): part
            for part in _interleaved(list(open_parts.values()))
        }
        for one in _finished(futures, inspection, tick):
            by_model[one.part.model].tally.merge(one.tally)
            found[one.part.model].append(one)
        for model in inspection.failed:
            found.pop(model, None)
        open_parts = {
            model: parts
            for model, done in found.items()
            if (parts := _further_parts(by_model[model], done, inspection.sample))
        }
    inspection.models = [one for one in inspection.models if one.model not in inspection.failed]


def _finished(
    futures: dict[Future[Found], Part], inspection: Inspection, tick: Any
) -> Iterator[Found]:
    """Results as they come. One failed part fails its table, and no other."""
    waiting = set(futures)
    while waiting:
        done, waiting = wait(waiting, timeout=_TICK_SECONDS, return_when=FIRST_COMPLETED)
        tick()
        for future in done:
            model = futures[future].model
            try:
                if model not in inspection.failed:
                    yield future.result()
            except (FixInputError, RetryLaterError) as error:
                inspection.failed[model] = error
                for other in waiting:
                    if futures[other].model == model:
                        other.cancel()


def _first_parts(one: Inspected, sample: int | None) -> list[Part]:
    total = one.segments_total
    quota = None if sample is None else math.ceil(sample / total)
    return [Part(one.model, one.table.name, number, total, None, quota) for number in range(total)]


def _further_parts(one: Inspected, done: Sequence[Found], sample: int | None) -> list[Part]:
    """Where a sample goes on, because other segments held less than their share."""
    unfinished = sorted((f for f in done if f.next_key is not None), key=lambda f: f.part.segment)
    one.complete = not unfinished
    if sample is None or not unfinished:
        return []
    missing = sample - one.tally.items
    if missing <= 0:
        return []
    quota = math.ceil(missing / len(unfinished))
    return [
        Part(f.part.model, f.part.table, f.part.segment, f.part.segments_total, f.next_key, quota)
        for f in unfinished
    ]


def _interleaved(lists: list[list[Part]]) -> list[Part]:
    """The largest tables first, so that no long segment is left alone at the end."""
    return [part for parts in sorted(lists, key=len, reverse=True) for part in parts]
