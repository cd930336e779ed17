"""Capture against both emulators, with the real clock."""

from __future__ import annotations

import dataclasses
import threading
from typing import Any

import pytest

from migrate.aws import client
from migrate.ledger import streams
from migrate.observe import Note
from migrate.pipeline.capture import Capture
from migrate.pipeline.job import Job
from migrate.target.connection import connect
from tests.small_world import PERSON, SmallWorld, person, table_name

PERSONS = table_name("Person")


class Emulated(SmallWorld):
    """The table of persons, with a stream, on an emulator."""

    def __init__(self, postgres_url: str, endpoint: str) -> None:
        super().__init__(postgres_url, endpoint, ["Person"])
        self.dynamodb: Any = client("dynamodb", self.source)
        self.notes: list[str] = []
        self.switch(on=True)

    def switch(self, *, on: bool) -> None:
        wanted: dict[str, Any] = {"StreamEnabled": on}
        if on:
            wanted["StreamViewType"] = "NEW_AND_OLD_IMAGES"
        self.dynamodb.update_table(TableName=PERSONS, StreamSpecification=wanted)

    def quick(self) -> Job:
        job = self.job(PERSON)
        follow = dataclasses.replace(job.follow, idle_seconds=0.1, quiet_seconds=0.5)
        return dataclasses.replace(job, follow=follow)

    def capture(self) -> Capture:
        return Capture(
            self.quick(),
            lambda event: self.notes.append(event.message) if isinstance(event, Note) else None,
        )

    def captured(self) -> list[tuple[str, str]]:
        """(kind, last digits of the id), in order."""
        return [
            (kind, key.lstrip("0"))
            for kind, key in self.rows(
                "select kind, right(item_key::json->'id'->>'S', 12) from migrate.changes"
                " join migrate.shards using (shard) order by generation, sequence"
            )
        ]

    def states(self) -> list[tuple[int, str]]:
        with connect(self.job(PERSON).target) as connection:
            return [(one.number, one.state) for one in streams.generations(connection, "Person")]


@pytest.fixture
def emulated(postgres_url: str, any_dynamodb_endpoint: str) -> Emulated:
    return Emulated(postgres_url, any_dynamodb_endpoint)


def test_changes_are_captured_from_process_to_process(emulated: Emulated) -> None:
    with emulated.capture() as process:
        process.pin()
        emulated.put("Person", person(1, code="ä"), person(2))
        emulated.delete("Person", 2)
        assert process.run(threading.Event(), "quiet").captured == 3
    emulated.put("Person", person(3))
    with emulated.capture() as process:
        process.pin()
        assert process.run(threading.Event(), "quiet").captured == 1
    assert emulated.captured() == [("put", "1"), ("put", "2"), ("removed", "2"), ("put", "3")]
    image = emulated.rows("select image from migrate.changes order by sequence limit 1")[0][0]
    assert "ä" in image.decode() or b"\\u00e4" in image
    assert emulated.states() == [(1, "open")]


def test_more_than_a_page_is_captured(emulated: Emulated) -> None:
    with emulated.capture() as process:
        process.pin()
        emulated.put("Person", *(person(n, name="x" * 100_000) for n in range(25)))
        assert process.run(threading.Event(), "quiet").captured == 25


def test_a_stream_that_was_closed_by_this_tool_is_read_to_its_end(emulated: Emulated) -> None:
    with emulated.capture() as process:
        process.pin()
        emulated.put("Person", *(person(number) for number in range(1, 6)))
        with connect(emulated.job(PERSON).target) as connection:
            streams.set_state(connection, "Person", 1, "closing")
        emulated.switch(on=False)
        process.run(threading.Event(), "ended")
    assert emulated.states() == [(1, "ended")]
    assert len(emulated.captured()) == 5


def test_a_stream_that_somebody_made_anew_is_a_gap(emulated: Emulated) -> None:
    with emulated.capture() as process:
        process.pin()
        emulated.put("Person", person(1))
        process.run(threading.Event(), "quiet")
        emulated.put("Person", person(2))
        emulated.switch(on=False)
        emulated.switch(on=True)
        emulated.put("Person", person(3))
        assert process.run(threading.Event(), "quiet").gaps
    assert emulated.states() == [(1, "lost"), (3, "open")]
    assert emulated.captured() == [("put", "1"), ("put", "2"), ("put", "3")]
    assert any(one.startswith("GAP: Person") for one in emulated.notes)
