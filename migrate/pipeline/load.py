"""Loads every mapped table, from a parallel scan or from exports; what was committed is never read
twice."""

from __future__ import annotations

import dataclasses
import functools
import time
from dataclasses import dataclass

from migrate.errors import AskOperatorError, DefectError, MigrateError
from migrate.ledger import changes, detached, pace, parts, runs, schema, units
from migrate.ledger.runs import Run
from migrate.observe import LoadProgress, Note, Observer, silent
from migrate.pipeline import engines
from migrate.pipeline.engines import Engine
from migrate.pipeline.job import Job
from migrate.pipeline.limits import above_a_cap, price, too_many_rejects
from migrate.pipeline.order import phases
from migrate.pipeline.plan import Plan, make_plan, prepare_target
from migrate.pipeline.repeats import refuse_repeats
from migrate.pipeline.session import Session, locked
from migrate.pipeline.shortage import Shortage
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
    read_units: float
    read_units_estimate: int
    cost: float | None
    cost_estimate: float | None
    client_cpu_seconds: float
    peak_rss_megabytes: float
    superseded: int
    throttles: int
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
    with engines.opened(job) as engine:
        job = dataclasses.replace(job, workers=engine.workers)
        return _load(job, engine, again, replace, observer)


def _load(job: Job, engine: Engine, again: bool, replace: bool, observer: Observer) -> LoadResult:
    plan = make_plan(job)
    refusal = above_a_cap(job.limits, plan.estimate)
    if refusal:
        raise refusal
    prepare_target(job, plan)
    with locked(job.target, "migrate load") as session:
        run = _open_run(session.connection, job, plan, again=again, replace=replace)
        parts.release_all(session.connection, run.run_id)
        budget = job.limits.read_units_per_second
        opened = pace.open_pace(session.connection, run.run_id, budget, plan.estimate.read_units)
        before = units.load_totals(session.connection, run.run_id)
        session.connection.commit()
        if before.units and parts.left(session.connection, run.run_id):
            observer(Note(f"going on with run {run.run_id}: {before.items} items are committed"))
        elif before.units:
            observer(Note(f"run {run.run_id} was loaded before; --again starts anew"))
        started = time.monotonic()
        _run_phases(session, job, engine, plan, run, Shortage(observer, opened), observer)
        seconds = time.monotonic() - started
        if run.state == "loading":
            session.run(lambda connection: _check_end(connection, job, run))
        session.run(lambda connection: runs.mark_loaded(connection, run.run_id))
        return session.run(lambda connection: _result(connection, run, job, plan, before, seconds))


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
    """A new run: its row, its parts, an empty target and the detached constraints commit
    together."""
    with connection.transaction():
        run = runs.create(
            connection, job.profile, plan.fingerprint, job.mapping_hashes, job.export_json
        )
        changes.forget_others(connection, run.run_id)
        parts.void_others(connection, run.run_id)
        parts.add(connection, run.run_id, plan.parts)
        if job.constraints == "detach":
            _detach(connection, run, job)
        _remove_owned(connection, job)
    return run


def _detach(connection: Connection, run: Run, job: Job) -> None:
    for key in constraints.resting_on(connection, job.target_tables):
        raise AskOperatorError(
            f"{key.index} of {key.target} cannot be taken off: {key.table}, which no mapping"
            f" fills, refers to it ({key.name})",
            "drop that foreign key by the target's own migrations, and add it after finalise",
        )
    objects = constraints.present(connection, job.target_tables)
    detached.add(connection, run.run_id, objects)
    constraints.detach(connection, objects)


def _remove_owned(connection: Connection, job: Job) -> None:
    phase_of = phases(job.mappings) if job.constraints == "keep" else {}
    try:
        rows.remove_owned(
            connection, sorted(job.mappings, key=lambda one: phase_of.get(one.model, 0))
        )
    except rows.StillReferencedError as error:
        raise AskOperatorError(
            f"rows of {error.referring}, which no mapping fills, refer to rows that a load"
            f" replaces ({error.constraint})",
            "decide about those rows first; a load that goes on, and a retry, replace nothing",
        ) from None


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


def _run_phases(
    session: Session,
    job: Job,
    engine: Engine,
    plan: Plan,
    run: Run,
    shortage: Shortage,
    observer: Observer,
) -> None:
    started = time.monotonic()

    def tick() -> None:
        items, rejected = session.run(lambda connection: units.progress(connection, run.run_id))
        seconds = time.monotonic() - started
        observer(LoadProgress(items, plan.items_estimate, rejected, seconds))
        shortage.tell(session.run(lambda connection: pace.state(connection, run.run_id)))
        stop = too_many_rejects(job.limits, items, rejected)
        if stop:
            raise stop

    def release() -> None:
        session.run(lambda connection: parts.release_all(connection, run.run_id))

    for phase in sorted({one.phase for one in plan.parts}):
        left = functools.partial(parts.left, run_id=run.run_id, phase=phase)
        count = session.run(left)
        if not count:
            continue
        workers = min(engine.workers, count)
        engine.run(job, run.run_id, phase, workers, on_tick=tick, on_death=release)
        if session.run(left):
            raise _unfinished(session, run)


def _check_end(connection: Connection, job: Job, run: Run) -> None:
    """What can be said only when everything was read. Raises AskOperatorError."""
    refuse_repeats(connection, run.run_id, job)
    items, rejected = units.progress(connection, run.run_id)
    stop = too_many_rejects(job.limits, items, rejected, at_end=True)
    if stop:
        raise stop


def _unfinished(session: Session, run: Run) -> MigrateError:
    """Why workers ended before their work."""
    latest = session.run(runs.latest)
    if latest is not None and latest.run_id != run.run_id:
        return AskOperatorError(
            f"run {latest.run_id} of another command replaced run {run.run_id} meanwhile",
            "see `migrate status` for what is in the target",
        )
    return DefectError("the workers ended, but parts are left")


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
    connection: Connection,
    run: Run,
    job: Job,
    plan: Plan,
    before: units.LoadTotals,
    seconds: float,
) -> LoadResult:
    run_id = run.run_id
    totals = units.load_totals(connection, run_id)
    state = pace.state(connection, run_id)
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
        read_units=round(totals.read_units, 1),
        read_units_estimate=plan.estimate.read_units,
        cost=price(totals.read_units / 1e6, job.limits.price_per_million_read_units),
        cost_estimate=plan.estimate.cost,
        superseded=totals.superseded,
        throttles=state.throttles if state else 0,
        client_cpu_seconds=round(totals.cpu_seconds, 3),
        peak_rss_megabytes=round(totals.rss_kilobytes / 1024, 1),
        units=totals.units,
        resumed_units=totals.resumed_units,
        balanced=balanced,
    )
