"""Items of a run that was loaded from an export are found in it, also those asked for late."""

from __future__ import annotations

import json
from pathlib import Path

from migrate.ledger import runs
from migrate.pipeline.load import load
from migrate.pipeline.source_items import SourceItems
from migrate.target.connection import connect
from tests.exported_world import ExportedWorld
from tests.small_world import PERSON, person, uid


def key(number: int) -> str:
    return json.dumps({"id": {"S": uid(number)}}, separators=(",", ":"))


def test_an_item_that_was_not_remembered_is_looked_up_when_it_is_asked_for(
    tmp_path: Path, postgres_url: str
) -> None:
    """A retry makes rejects of further items: what they are is in the export all the same."""
    world = ExportedWorld(postgres_url, tmp_path)
    world.full("Person", [person(number) for number in range(9)])
    job = world.exported(PERSON)
    load(job)
    with connect(job.target) as connection:
        run = runs.latest(connection)
        assert run is not None
        items = SourceItems(job, run.run_id, job.mappings[0], connection)
        items.remember([key(1), key(77)])
        assert items.image(key(1)) == person(1)
        assert items.image(key(5)) == person(5)
        assert items.image(key(77)) is None
