"""Exports the mapped tables to S3: checked, started, waited for, and fetched if wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from migrate.errors import AskOperatorError, MigrateError
from migrate.observe import Observer, silent
from migrate.pipeline import export_wait
from migrate.pipeline.export_fetch import fetch
from migrate.pipeline.export_plan import TableExports, Wanted, plan_exports
from migrate.pipeline.export_wait import Clock, Progression
from migrate.pipeline.job import Job
from migrate.pipeline.limits import above_cost_max, estimated
from migrate.source.export.manifest import SUMMARY
from migrate.source.export_request import ExportRequest, ExportState, export_client


@dataclass(slots=True)
class Exported:
    """One export. `status`: planned, waiting (for the window before it, or for AWS), in-progress,
    completed, failed. `bytes_estimate`: the table's size by DynamoDB, hours old on AWS. `seconds`:
    how long AWS took. `manifest`: s3://…; `fetched`: the folder of its copy."""

    model: str
    table: str
    kind: str
    status: str
    bytes_estimate: int
    since: str | None = None
    until: str | None = None
    arn: str | None = None
    export_time: str | None = None
    items: int | None = None
    billed_bytes: int | None = None
    manifest: str | None = None
    seconds: float | None = None
    fetched: str | None = None
    failure: str | None = None

    @property
    def folder(self) -> str | None:
        """Of its manifests, s3://…"""
        return self.manifest and self.manifest.removesuffix(f"/{SUMMARY}")


@dataclass(slots=True)
class ExportResult:
    """Every export that was wanted. `cost_estimate`: of full exports, where the profile knows the
    price. `error`: what went wrong, of all tables; not in the JSON."""

    exports: list[Exported]
    executed: bool
    bytes_estimate: int
    cost_estimate: float | None = None
    error: MigrateError | None = None

    def as_json(self) -> dict[str, Any]:
        """The plain form for JSON."""
        return {
            "executed": self.executed,
            "bytes_estimate": self.bytes_estimate,
            "cost_estimate": self.cost_estimate,
            "exports": [asdict(one) for one in self.exports],
        }


def export_tables(
    job: Job,
    wanted: Wanted,
    *,
    execute: bool,
    wait: bool = True,
    fetch_into: Path | None = None,
    observer: Observer = silent,
    clock: Clock | None = None,
) -> ExportResult:
    """Export every mapped table, or (without `execute`) only check and show what would be.

    The same request within 8 hours, or while its export is at work, is the same export: a command
    that was stopped goes on waiting. A failed table does not stop the others; what went wrong then
    is `error` of the result. Raises FixInputError, RetryLaterError and
    AskOperatorError before anything is started.
    """
    tables = plan_exports(job, wanted)
    total = sum(one.table.bytes_estimate for one in tables)
    cost = None if wanted.is_incremental else _cost(job, total)
    if not execute:
        planned = [_exported(one, request) for one in tables for request in one.requests]
        return ExportResult(planned, False, total, cost)
    refusal = None if wanted.is_incremental else _above_cost_max(job, cost)
    if refusal:
        raise refusal
    client = export_client(job.source)
    found = export_wait.export(client, tables, wait=wait, observer=observer, clock=clock or Clock())
    client.close()
    result = ExportResult(_all_of(found), True, total, cost, export_wait.error_of(found))
    if fetch_into is not None:
        _fetch_all(job, result, fetch_into, observer)
    return result


def _cost(job: Job, size_bytes: int) -> float | None:
    estimate = estimated(job.limits, [size_bytes], consistent=True, scans=False)
    return estimate.export_cost


def _above_cost_max(job: Job, cost: float | None) -> AskOperatorError | None:
    return above_cost_max(
        job.limits,
        cost,
        "the exports would cost",
        "costs.per_exported_gigabyte",
        "export fewer models, or raise the limit",
    )


def _all_of(found: Sequence[Progression]) -> list[Exported]:
    listed = []
    for one in found:
        states = [*one.done, *([one.current] if one.current else [])]
        for number, request in enumerate(one.exports.requests):
            state = states[number] if number < len(states) else None
            listed.append(_exported(one.exports, request, state, "waiting"))
            if number == len(one.done) and one.error is not None:
                listed[-1].status = "failed"
                listed[-1].failure = one.error.message
    return listed


def _exported(
    one: TableExports,
    request: ExportRequest,
    state: ExportState | None = None,
    status: str = "planned",
) -> Exported:
    result = Exported(
        model=one.model,
        table=one.table.name,
        kind="full" if request.since is None else "incremental",
        status=status,
        bytes_estimate=one.table.bytes_estimate,
        since=_text(request.since),
        until=_text(request.until),
        export_time=_text(request.at),
    )
    if state is None:
        return result
    result.status = state.status.lower().replace("_", "-")
    result.arn = state.arn
    result.until = _text(state.until) or result.until
    result.export_time = _text(state.at) or result.export_time
    result.items, result.billed_bytes = state.items, state.billed_bytes
    if state.started and state.ended:
        result.seconds = (state.ended - state.started).total_seconds()
    if state.status == "COMPLETED":
        result.manifest = f"{state.folder}/{SUMMARY}"
    return result


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _fetch_all(job: Job, result: ExportResult, folder: Path, observer: Observer) -> None:
    """What is complete is fetched, also where other tables failed."""
    whole = {one.folder: one for one in result.exports if one.folder}
    try:
        for place, copy in fetch(list(whole), folder, job.source, observer):
            whole[place].fetched = str(copy)
    except MigrateError as error:  # the exports themselves are made, and shown with it
        result.error = result.error or error
