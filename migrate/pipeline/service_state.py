"""What a service that captures or follows shows to whoever watches it: readiness and metrics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrate.ledger import schema
from migrate.observe.endpoint import Metric, Readiness
from migrate.pipeline.clock import TableClock, clock
from migrate.pipeline.horizon import utc_now
from migrate.pipeline.job import Job
from migrate.target.connection import connect, translated

_NUMBERS = {
    "migrate_lag_seconds": ("lag_seconds", "Age of the oldest change not applied"),
    "migrate_lag_changes": ("lag_records", "Changes captured and not applied"),
    "migrate_horizon_hours": (
        "hours_to_horizon", "Hours until unread changes are lost if nothing more is read",
    ),
    "migrate_waiting_keys": ("waiting", "Keys that wait for a unique value"),
}  # fmt: skip
_COUNTS = ("captured", "applied", "superseded", "rejected")


@dataclass(frozen=True, slots=True)
class ServiceState:
    """Reads the state of a job's tables anew each time it is called."""

    job: Job

    def __call__(self) -> Readiness:
        """Raises errors of migrate.errors when the target cannot be asked."""
        target = self.job.target
        with translated(f"target {target.shown}"), connect(target, name="migrate watch") as c:
            if not schema.exists(c):
                return Readiness(["the target holds no ledger yet"])
            tables = clock(c, self.job.source_tables, utc_now())
        missing = self.job.source_tables.keys() - {one.model for one in tables}
        reasons = [f"{model} is not captured" for model in sorted(missing)]
        reasons += [reason for one in tables for reason in self._reasons(one)]
        return Readiness(reasons, [metric for one in tables for metric in _metrics(one)])

    def _reasons(self, one: TableClock) -> Iterator[str]:
        if one.problem:
            yield f"{one.model} must be copied again: {one.problem}"
        elif one.hours_to_horizon < 24 - self.job.follow.horizon_warn_hours:
            yield f"{one.model}: {one.hours_to_horizon:.1f} h until unread changes are lost"


def _metrics(one: TableClock) -> Iterator[Metric]:
    labels = {"model": one.model, "table": one.table}
    for name, (attribute, text) in _NUMBERS.items():
        yield Metric(name, text, float(getattr(one, attribute)), labels)
    for outcome in _COUNTS:
        counted = {**labels, "outcome": outcome}
        yield Metric("migrate_changes", "Changes by outcome", getattr(one, outcome), counted)
    yield Metric("migrate_copy_again", "1: the copy is invalid", float(bool(one.problem)), labels)
