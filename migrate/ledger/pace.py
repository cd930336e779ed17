"""The read units a second that all workers of a run share, on whatever machine they are.

A token bucket in one row: by PostgreSQL's clock, so that no two machines have to agree on theirs.
"""

from __future__ import annotations

from dataclasses import dataclass

from migrate.target.connection import Connection

# What was not used may be made up for within so many seconds: DynamoDB itself keeps 300.
_BURST_SECONDS = 5.0
# Throttled: the rate falls to this share at once, and grows back by a tenth when nothing was
# throttled for a while: quickly away from trouble, slowly back to it.
_FALL = 0.7
_GROWTH = 1.1
_QUIET_SECONDS = 5.0
# Several workers are throttled by the same shortage; the rate falls once for it.
_SAME_SHORTAGE_SECONDS = 1.0
_LEAST_UNITS_PER_SECOND = 5.0


@dataclass(frozen=True, slots=True)
class PaceState:
    """`units_per_second` None: nothing slows the run. `available`: read units that may be taken
    now; a debt where it is negative. `throttles`: requests that DynamoDB refused, over the whole
    run; `reason`: with which code it did so last. `read_units_estimate`: what the load was
    expected to take."""

    budget: float | None
    units_per_second: float | None
    available: float
    throttles: int
    reason: str
    read_units_estimate: int

    @property
    def wait_seconds(self) -> float:
        """How long to wait before the next request."""
        if self.units_per_second is None or self.available >= 0:
            return 0.0
        return -self.available / self.units_per_second


# `throttled_at` stays at the first of them: throttles that never pause must not count as one.
_SAME_SHORTAGE = (
    "(units_per_second is not null and coalesce(throttled_at > clock_timestamp()"
    " - make_interval(secs => %(same)s), false))"
)

_COLUMNS = "budget, units_per_second, available, throttles, reason, read_units_estimate"


def open_pace(
    connection: Connection, run_id: str, budget: float | None, read_units_estimate: int = 0
) -> PaceState:
    """Set the run's budget of read units a second; None: no limit until DynamoDB sets one.

    A run that goes on starts at its budget again; what throttled it before stays counted.
    """
    row = connection.execute(
        "insert into migrate.pace (run_id, budget, units_per_second, read_units_estimate)"
        " values (%s, %s, %s, %s)"
        " on conflict (run_id) do update set budget = excluded.budget,"
        " units_per_second = excluded.units_per_second, available = 0,"
        " read_units_estimate = excluded.read_units_estimate, throttled_at = null,"
        f" refilled_at = clock_timestamp() returning {_COLUMNS}",
        [run_id, budget, budget, read_units_estimate],
    ).fetchone()
    assert row is not None
    return PaceState(*row)


def spend(connection: Connection, run_id: str, units: float) -> PaceState:
    """Take read units that a page cost; the answer says how long to wait for the next."""
    row = connection.execute(
        "update migrate.pace set"
        " available = case when units_per_second is null then 0 else least("
        "   units_per_second * %(burst)s, available + units_per_second"
        "   * extract(epoch from clock_timestamp() - refilled_at)) - %(units)s end,"
        " refilled_at = clock_timestamp(),"
        " units_per_second = case when throttled_at is null or units_per_second = budget"
        "   then units_per_second else least(budget, units_per_second * power(%(growth)s,"
        "   greatest(0, extract(epoch from clock_timestamp() - greatest(refilled_at, throttled_at"
        "   + make_interval(secs => %(quiet)s)))) / %(quiet)s)) end"
        f" where run_id = %(run)s returning {_COLUMNS}",
        {
            "run": run_id,
            "units": units,
            "burst": _BURST_SECONDS,
            "growth": _GROWTH,
            "quiet": _QUIET_SECONDS,
        },
    ).fetchone()
    assert row is not None
    return PaceState(*row)


def slow_down(connection: Connection, run_id: str, measured: float, reason: str) -> None:
    """DynamoDB throttled a request: all workers read slower from now on, never above the budget.

    `measured` is the rate at which the run reads, where nothing was set yet; 0: nothing was read,
    so there is no rate to slow down from, and the pauses between attempts must do.
    """
    connection.execute(
        "update migrate.pace set throttles = throttles + 1, reason = %(reason)s,"
        " available = least(available, 0),"
        f" throttled_at = case when {_SAME_SHORTAGE} then throttled_at else clock_timestamp() end,"
        f" units_per_second = case when {_SAME_SHORTAGE} then units_per_second"
        "  when coalesce(units_per_second, nullif(%(measured)s::float, 0)) is null then null"
        "  else least(budget, greatest(%(least)s,"
        "   coalesce(units_per_second, %(measured)s) * %(fall)s)) end"
        " where run_id = %(run)s",
        {
            "run": run_id,
            "reason": reason,
            "measured": measured,
            "fall": _FALL,
            "least": _LEAST_UNITS_PER_SECOND,
            "same": _SAME_SHORTAGE_SECONDS,
        },
    )


def state(connection: Connection, run_id: str) -> PaceState | None:
    """The pace as it is; None: the run was never opened."""
    row = connection.execute(
        f"select {_COLUMNS} from migrate.pace where run_id = %s", [run_id]
    ).fetchone()
    return PaceState(*row) if row else None
