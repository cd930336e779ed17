"""A run's pace in a real ledger, by a clock that the test moves."""

from __future__ import annotations

from migrate.ledger import pace, runs, schema
from migrate.ledger.pace import PaceState
from migrate.target.connection import Connection

# Found before PostgreSQL's own: what the bucket asks for is the time that the test says.
_CLOCK = """
create schema clock;
create table clock.now (at timestamptz not null);
insert into clock.now values ('2026-06-01 00:00Z');
create function clock.clock_timestamp() returns timestamptz language sql
    as 'select at from clock.now';
set search_path = clock, pg_catalog;
"""


class Bucket:
    """A run's pace in a real ledger, with a clock that stands still."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        schema.install(connection)
        self.run_id = runs.create(connection, "local", "f", {}, None).run_id
        connection.execute(_CLOCK)

    def open(self, budget: float | None, estimate: int = 0) -> PaceState:
        pace.open_pace(self.connection, self.run_id, budget, estimate)
        # A column's default keeps the server's clock; opened again, the time is the test's.
        return pace.open_pace(self.connection, self.run_id, budget, estimate)

    def wait(self, seconds: float) -> None:
        self.connection.execute(
            "update clock.now set at = at + make_interval(secs => %s)", [seconds]
        )

    def spend(self, units: float) -> PaceState:
        return pace.spend(self.connection, self.run_id, units)

    def throttle(self, measured: float = 0, reason: str = "ThrottlingException") -> PaceState:
        pace.slow_down(self.connection, self.run_id, measured, reason)
        found = pace.state(self.connection, self.run_id)
        assert found is not None
        return found


def rate(found: PaceState) -> float:
    assert found.units_per_second is not None
    return round(found.units_per_second, 6)
