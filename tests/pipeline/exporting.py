"""Runs exports of the small world's tables in a scripted account."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from migrate.mapping.spec import Mapping
from migrate.observe import Event, Note
from migrate.pipeline.export import ExportResult, export_tables
from migrate.pipeline.export_plan import Wanted
from migrate.pipeline.job import Job
from migrate.pipeline.limits import Limits
from migrate.source.export_request import Destination
from migrate.target.connection import Target
from tests.small_world import API_ID, ENVIRONMENT, PERSON, VISIT
from tests.source.scripted_exports import NOW, Exports

PLACE = Destination("exports", "hugmedo/june")


class Events(list[Event]):
    def __call__(self, event: Event) -> None:
        self.append(event)

    @property
    def notes(self) -> list[str]:
        return [one.message for one in self if isinstance(one, Note)]


def run(aws: Exports, *, events: Events | None = None, **settings: Any) -> ExportResult:
    """One command; `settings` are those of `Wanted` and `export_tables`, and `limits`."""
    names = ("execute", "wait", "fetch_into")
    limits = settings.pop("limits", Limits())
    given = {name: settings.pop(name) for name in names if name in settings}
    job = Job(
        profile="local",
        mappings=[Mapping.model_validate(one) for one in (PERSON, VISIT)],
        source=aws.source,
        api_id=API_ID,
        environment=ENVIRONMENT,
        target=Target(""),
        limits=limits,
    )
    wanted = Wanted(settings.pop("destination", PLACE), **settings)
    options: dict[str, Any] = {"execute": True, **given}
    return export_tables(
        job, wanted, observer=Events() if events is None else events, clock=aws.clock, **options
    )


def statuses(result: ExportResult) -> dict[str, str]:
    return {f"{one.model}{one.since or ''}": one.status for one in result.exports}


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)
