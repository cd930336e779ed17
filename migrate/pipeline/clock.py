"""The copies as an operator watches them: lag, horizon and account, table by table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from migrate.ledger import captured, runs
from migrate.pipeline.copies import Copy, copies_of
from migrate.pipeline.horizon import capture_lag_seconds, hours_to_horizon
from migrate.target.connection import Connection


@dataclass(frozen=True, slots=True)
class TableClock:
    """One table's copy now.

    `lag_seconds`: age of the oldest change that is not applied, or may not be captured yet.
    `lag_records`: changes captured and not applied, those that wait included.
    `hours_to_horizon`: until unread changes are lost, if nothing more is read. `state`: following,
    drained, behind (no load yet that can follow), or copy again; `problem` says why."""

    model: str
    table: str
    state: str
    problem: str
    lag_seconds: float
    lag_records: int
    oldest_unapplied: str | None
    hours_to_horizon: float
    captured: int
    applied: int
    superseded: int
    rejected: int
    waiting: int


def clock(connection: Connection, models: Iterable[str], now: datetime) -> list[TableClock]:
    """Every captured table, by model; none where nothing is captured."""
    run = runs.latest(connection)
    copies = copies_of(connection, run, models)
    is_loaded = run is not None and run.state != "loading"
    return [_of_copy(connection, one, now, is_loaded=is_loaded) for one in copies]


def _of_copy(connection: Connection, copy: Copy, now: datetime, *, is_loaded: bool) -> TableClock:
    accounts = [copy.of_shard(one) for one in copy.shards]
    oldest = _oldest(connection, copy) if copy.unapplied else None
    capture_lag = capture_lag_seconds(copy.shards, now)
    apply_lag = (now - oldest).total_seconds() if oldest else 0.0
    return TableClock(
        model=copy.model,
        table=copy.chain[-1].table,
        state=_state(copy, is_loaded=is_loaded),
        problem=copy.problem,
        lag_seconds=round(max(0.0, capture_lag, apply_lag), 1),
        lag_records=copy.pending,
        oldest_unapplied=oldest.isoformat(timespec="seconds") if oldest else None,
        hours_to_horizon=round(hours_to_horizon(capture_lag), 2),
        captured=copy.captured,
        applied=sum(one.applied for one in accounts),
        superseded=sum(one.superseded for one in accounts),
        rejected=sum(one.rejected for one in accounts),
        waiting=copy.waiting,
    )


def _state(copy: Copy, *, is_loaded: bool) -> str:
    if copy.problem:
        return "copy again"
    if not is_loaded:
        return "behind"
    return "drained" if copy.is_drained else "following"


def _oldest(connection: Connection, copy: Copy) -> datetime | None:
    """When the oldest change that is not applied was made: the first one of each shard."""
    firsts = [
        captured.pending(connection, one.shard, copy.of_shard(one).position, 1, 1)
        for one in copy.shards
    ]
    return min((found[0].at for found in firsts if found), default=None)
