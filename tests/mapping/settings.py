"""How generated examples are run: repeatable, with no database, no deadline and no health check."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

SETTINGS = settings(
    deadline=None,
    database=None,
    print_blob=False,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
