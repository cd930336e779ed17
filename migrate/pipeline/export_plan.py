"""Decides which exports are to be made, and checks first that AWS can make them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from migrate.aws import client
from migrate.errors import FixInputError
from migrate.pipeline.export_windows import windows
from migrate.pipeline.job import Job
from migrate.source.export import Chain, chain_of, find_exports
from migrate.source.export_request import Destination, ExportRequest, View
from migrate.source.recovery import RecoveryWindow, recovery_window
from migrate.source.tables import SourceTable, describe

# A full export's edge is fuzzy by a minute on either side of its time (AWS's own example), so the
# first incremental one begins well before it. What both hold is applied twice, without harm.
_EDGE = timedelta(minutes=5)


# Nothing has begun: whoever mistyped the endpoint learns it within seconds.
_FIRST_CONTACT = {"mode": "standard", "total_max_attempts": 4}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be exported. Full: `at`, None for now. Incremental: `since`, or `after` (a place
    that holds earlier exports), to `until`, None for now. Times in UTC."""

    destination: Destination
    at: datetime | None = None
    since: datetime | None = None
    after: str | None = None
    until: datetime | None = None
    view: View = "new"

    @property
    def is_incremental(self) -> bool:
        return self.since is not None or self.after is not None


@dataclass(frozen=True, slots=True)
class TableExports:
    """One table and its exports, which are made in this order."""

    model: str
    table: SourceTable
    requests: tuple[ExportRequest, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    model: str
    table: SourceTable
    recovery: RecoveryWindow


def plan_exports(job: Job, wanted: Wanted) -> list[TableExports]:
    """The exports of every mapped table. Asks AWS, and changes nothing.

    Raises FixInputError that names all tables without point-in-time recovery, or all whose history
    does not hold the time asked for; RetryLaterError while an incremental window is too short.
    """
    found = _candidates(job)
    starts = _starts(job, wanted, found)
    _check_times(found, wanted, starts)
    return [
        TableExports(one.model, one.table, _requests(one, wanted, starts.get(one.model)))
        for one in found
    ]


def _candidates(job: Job) -> list[_Candidate]:
    dynamodb = client("dynamodb", job.source, retries=_FIRST_CONTACT)
    described = [
        (model, describe(dynamodb, name), recovery_window(dynamodb, name))
        for model, name in job.source_tables.items()
    ]
    dynamodb.close()
    off = [table.name for _, table, recovery in described if recovery is None]
    if off:
        raise FixInputError(
            f"point-in-time recovery is off, and an export needs it: {', '.join(off)}",
            _how_to_switch_on(off[0], job.source.is_local),
        )
    return [_Candidate(model, table, recovery) for model, table, recovery in described if recovery]


def _how_to_switch_on(table: str, is_local: bool) -> str:
    hint = (
        "switch it on for each table (the history begins then, and AWS charges for it):"
        f" aws dynamodb update-continuous-backups --table-name {table}"
        " --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true"
    )
    if is_local:
        hint += "; an emulator makes no files: `migrate sample --export DIR` writes some"
    return hint


def _starts(job: Job, wanted: Wanted, found: Sequence[_Candidate]) -> dict[str, datetime]:
    """Model -> start of its first incremental window."""
    if wanted.since is not None:
        return {one.model: wanted.since for one in found}
    if wanted.after is None:
        return {}
    exports = find_exports(wanted.after, job.source)
    return {one.model: _end_of(chain_of(exports, one.table.name), one) for one in found}


def _end_of(chain: Chain, one: _Candidate) -> datetime:
    """Where the exports that are there end."""
    last = chain.exports[-1]
    if last.table_id != one.table.table_id:
        raise FixInputError(
            f"table {one.table.name} was made anew after the export in {last.location}",
            "make a full export of it",
        )
    if chain.incrementals:
        return chain.shows
    begin = chain.shows.replace(microsecond=0) - _EDGE
    # Recovery switched on shortly before the full export: the history begins inside the edge.
    is_inside = begin < one.recovery.earliest <= chain.shows
    return one.recovery.earliest if is_inside else begin


def _check_times(found: Sequence[_Candidate], wanted: Wanted, starts: dict[str, datetime]) -> None:
    """Every time asked for, against every table's history: all that is wrong at once."""
    wrong = []
    for one in found:
        times = (wanted.at, wanted.since, wanted.until)
        outside = [time for time in times if time is not None and not one.recovery.holds(time)]
        start = starts.get(one.model)
        # One that lies behind the latest second is not wrong, only early: see `windows`.
        if wanted.since is None and start is not None and start < one.recovery.earliest:
            outside.append(start)
        for time in outside:
            earliest, latest = one.recovery.earliest.isoformat(), one.recovery.latest.isoformat()
            wrong.append(f"{one.table.name}: {time.isoformat()} ({earliest} to {latest})")
    if wrong:
        raise FixInputError(
            f"outside the point-in-time recovery window: {'; '.join(wrong)}",
            "choose a time inside it; changes that recovery no longer holds are lost for an"
            " incremental export, so make a full one"
            if wanted.is_incremental
            else "choose a time inside it; its end runs about 5 minutes behind",
        )


def _requests(one: _Candidate, wanted: Wanted, start: datetime | None) -> tuple[ExportRequest, ...]:
    arn, table_id = one.table.arn, one.table.table_id
    if start is None:
        return (ExportRequest(arn, table_id, wanted.destination, at=wanted.at),)
    return tuple(
        ExportRequest(arn, table_id, wanted.destination, since=since, until=until, view=wanted.view)
        for since, until in windows(one.table.name, start, wanted.until, one.recovery.latest)
    )
