"""Loads every mapped table from a parallel scan; what was committed is never read twice."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass

from migrate.errors import AskOperatorError, DefectError
from migrate.ledger import detached, runs, schema, segments, units
from migrate.ledger.runs import Run
from migrate.observe import LoadProgress, Note, Observer, silent
from migrate.pipeline.engine import run_workers
from migrate.pipeline.job import Job
from migrate.pipeline.plan import Plan, make_plan, prepare_target
from migrate.pipeline.worker import work
from migrate.target import constraints, rows
from migrate.target.connection import Connection, connect, translated


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What `migrate load --json` prints. Seconds are wall time of this command's loading;
    `peak_rss_megabytes` is the largest process of the run."""

    run_id: str
    items: int
    rows: int
    tombstones: int
    filtered: int
    rejected: int
    seconds: float
    items_per_second: float
    megabytes_per_second: float
    client_cpu_seconds: float
    peak_rss_megabytes: float
    units: int
    resumed_units: int
    balanced: bool


def load(
    job: Job, *, again: bool = False, replace: bool = False, observer: Observer = silent
) -> LoadResult:
    """Load, or go on with an unfinished load of the same mappings and source tables.

    `again`: start anew even where a load is complete or was made otherwise. `replace`: also where
    the target holds rows that no run of this ledger made. Raises errors of migrate.errors.
    """
    plan = make_plan(job)
    prepare_target(job, plan)
    with (
        translated(f"target {job.target.shown}"),
        connect(job.target, name="migrate load") as connection,
    ):
        schema.install(connection)
        schema.lock(connection)
        run = _open_run(connection, job, plan, again=again, replace=replace)
        segments.release_all(connection, run.run_id)
        before = units.load_totals(connection, run.run_id)
        connection.commit()
        if before.units and segments.left(connection, run.run_id):
            observer(Note(f"going on with run {run.run_id}: {before.items} items are committed"))
        started = time.monotonic()
        _run_phases(connection, job, plan, run, observer)
        seconds = time.monotonic() - started
        runs.mark_loaded(connection, run.run_id)
        connection.commit()
        return _result(connection, run.run_id, before, seconds)


def _open_run(connection: Connection, job: Job, plan: Plan, *, again: bool, replace: bool) -> Run:
    latest = runs.latest(connection)
    if latest is None and not replace:
        _refuse_strange_rows(connection, job)
    if latest is None or again:
        return _start(connection, job, plan)
    if latest.fingerprint != plan.fingerprint:
        state = "is not finished" if latest.state == "loading" else "is in the target"
        raise AskOperatorError(
            f"run {latest.run_id} {state}, and was made with other mappings or other source tables"
            f" ({_changed(latest, job)})",
            "put them back to go on, or start anew with --again",
        )
    return latest


def _changed(run: Run, job: Job) -> str:
    hashes = job.mapping_hashes
    changed = sorted(
        model
        for model in hashes.keys() | run.mapping_hashes.keys()
        if hashes.get(model) != run.mapping_hashes.get(model)
    )
    return f"changed: {', '.join(changed)}" if changed else "the source tables were made anew"


def _start(connection: Connection, job: Job, plan: Plan) -> Run:
    """A new run: its row, its segments, an empty target and the detached constraints commit
    together."""
    with connection.transaction():
        run = runs.create(connection, job.profile, plan.fingerprint, job.mapping_hashes)
        segments.add(connection, run.run_id, plan.segments)
        if job.constraints == "detach":
            objects = constraints.present(connection, job.target_tables)
            detached.add(connection, run.run_id, objects)
            constraints.detach(connection, objects)
        rows.remove_owned(connection, job.mappings)
    return run


def _refuse_strange_rows(connection: Connection, job: Job) -> None:
    counts = rows.owned_counts(connection, job.mappings)
    connection.rollback()
    held = {table: count for table, count in counts.items() if count}
    if held:
        listed = ", ".join(f"{table} ({count})" for table, count in held.items())
        raise AskOperatorError(
            f"the target holds rows that no run of this ledger made: {listed}",
            "a load replaces what the mappings own; say --replace if that is meant",
        )


def _run_phases(connection: Connection, job: Job, plan: Plan, run: Run, observer: Observer) -> None:
    started = time.monotonic()

    def tick() -> None:
        items, rejected = units.progress(connection, run.run_id)
        seconds = time.monotonic() - started
        observer(LoadProgress(items, plan.items_estimate, rejected, seconds))

    for phase in sorted({one.phase for one in plan.segments}):
        left = segments.left(connection, run.run_id, phase)
        if not left:
            continue
        run_workers(
            min(job.workers, left),
            work,
            (job, run.run_id, phase),
            on_tick=tick,
            on_death=functools.partial(segments.release_all, connection, run.run_id),
        )
        if segments.left(connection, run.run_id, phase):
            raise DefectError("the workers ended, but segments are left")


def can_go_on(job: Job) -> bool:
    """Whether the target holds an unfinished run of these mappings and these source tables."""
    plan = make_plan(job)
    with (
        translated(f"target {job.target.shown}"),
        connect(job.target, name="migrate load") as connection,
    ):
        run = runs.latest(connection) if schema.exists(connection) else None
        return (
            run is not None
            and run.state in {"loading", "loaded"}
            and run.fingerprint == plan.fingerprint
        )


def _result(
    connection: Connection, run_id: str, before: units.LoadTotals, seconds: float
) -> LoadResult:
    totals = units.load_totals(connection, run_id)
    balanced = all(counts.balanced for counts in units.accounting(connection, run_id).values())
    connection.commit()
    if not balanced:
        raise DefectError(f"the accounting of run {run_id} does not sum")
    span = max(seconds, 1e-9)
    return LoadResult(
        run_id=run_id,
        items=totals.items,
        rows=totals.rows,
        tombstones=totals.tombstones,
        filtered=totals.filtered,
        rejected=totals.rejected,
        seconds=round(seconds, 3),
        items_per_second=round((totals.items - before.items) / span, 1),
        megabytes_per_second=round((totals.bytes - before.bytes) / 1e6 / span, 3),
        client_cpu_seconds=round(totals.cpu_seconds, 3),
        peak_rss_megabytes=round(totals.rss_kilobytes / 1024, 1),
        units=totals.units,
        resumed_units=totals.resumed_units,
        balanced=balanced,
    )
