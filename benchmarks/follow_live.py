"""Capture and follow as services: how soon a change is visible, and what silence costs."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from psycopg import sql

from benchmarks.follow_changes import sound_items
from migrate.aws import Source, client
from migrate.mapping.files import load_mappings
from migrate.pipeline.capture import Capture
from migrate.pipeline.finalise import finalise
from migrate.pipeline.follow import Follower
from migrate.pipeline.job import Job
from migrate.pipeline.load import load
from migrate.rehearse.sample.tables import seed as seed_tables
from migrate.target import names
from migrate.target.connection import Target, connect
from tests.fakes.dynamodb import FakeClock, FakeDynamoDB, serving

_API_ID, _ENVIRONMENT, _REGION = "a" * 26, "bench", "ap-northeast-1"
_WATCHED = {"ChatMessage": "ohr.chat_messages", "Attendee": "ohr.attendees",
            "RefreshToken": "core.refresh_tokens"}  # fmt: skip
_LOOK_SECONDS = 0.01
_GIVE_UP_SECONDS = 30.0
_SAMPLE_ITEMS = 1000


def visible_p99_seconds(endpoint: str, url: str, *, per_second: int, seconds: int) -> float:
    """Put new items at a steady pace, and look for their rows; from the answer of PutItem on."""
    job = _job(endpoint, url)
    wanted = _new_items(per_second * seconds)
    with _following(job):
        watch = _Watch(url)
        looking = threading.Thread(target=watch.look)
        looking.start()
        _write(job, wanted, per_second, watch)
        watch.is_written.set()
        looking.join()
    waits = sorted(watch.seconds)
    assert len(waits) == len(wanted), f"{len(wanted) - len(waits)} items were not seen"
    return round(waits[int(len(waits) * 0.99)], 3)


def _new_items(count: int) -> list[tuple[str, dict[str, Any]]]:
    sound = [pair for pair in sound_items(count * 2, 99) if pair[0] in _WATCHED]
    assert len(sound) >= count
    random.Random(1).shuffle(sound)
    return sound[:count]


def _write(
    job: Job, items: list[tuple[str, dict[str, Any]]], per_second: int, watch: _Watch
) -> None:
    dynamodb = client("dynamodb", job.source)
    started = time.monotonic()
    for number, (model, item) in enumerate(items):
        time.sleep(max(0.0, started + number / per_second - time.monotonic()))
        dynamodb.put_item(TableName=job.source_table(model), Item=item)
        watch.put(model, item["id"]["S"])


class _Watch:
    """Rows that are to come, and how long each took."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._put: dict[str, dict[str, float]] = {model: {} for model in _WATCHED}
        self.is_written = threading.Event()
        self.seconds: list[float] = []

    def put(self, model: str, key: str) -> None:
        self._put[model][key] = time.monotonic()

    def look(self) -> None:
        with connect(Target(self._url), autocommit=True) as connection:
            deadline = None
            while not self.is_written.is_set() or any(self._put.values()):
                for model, table in _WATCHED.items():
                    keys = list(self._put[model])
                    found = connection.execute(
                        sql.SQL("SELECT id::text FROM {} WHERE id = ANY(%s::uuid[])").format(
                            names.table(table)
                        ),
                        [keys],
                    ).fetchall()
                    now = time.monotonic()
                    for (key,) in found:
                        self.seconds.append(now - self._put[model].pop(key))
                if self.is_written.is_set():
                    deadline = deadline or time.monotonic() + _GIVE_UP_SECONDS
                    if time.monotonic() > deadline:
                        return
                time.sleep(_LOOK_SECONDS)


def idle_calls_per_shard_minute(url: str, *, seconds: int) -> float:
    """GetRecords that arrive for a silent shard; on a fake whose calls can be counted."""
    fake = FakeDynamoDB(FakeClock(datetime.now(UTC), runs=True))
    with serving(fake) as endpoint:
        job = _job(endpoint, url)
        with _capturing(job):
            time.sleep(10)  # until the pauses are as long as they become
            before = _calls(fake)
            time.sleep(seconds)
            calls = _calls(fake) - before
    return round(calls / len(job.mappings) / seconds * 60, 1)


def _calls(fake: FakeDynamoDB) -> int:
    return sum(1 for one in list(fake.calls) if one.operation == "GetRecords")


def _job(endpoint: str, url: str) -> Job:
    """A small sample in tables with streams, and an empty target."""
    source = Source(_REGION, endpoint)
    job = Job(
        profile="benchmark",
        mappings=load_mappings(Path("mappings/hugmedo")),
        source=source,
        api_id=_API_ID,
        environment=_ENVIRONMENT,
        target=Target(url),
    )
    dynamodb = client("dynamodb", source, max_pool_connections=16)
    seed_tables(dynamodb, _API_ID, _ENVIRONMENT, _SAMPLE_ITEMS, 7, _ignored)
    return job


def _ignored(written: int) -> None:
    """Nobody watches the sample being written."""


@contextmanager
def _capturing(job: Job) -> Iterator[None]:
    with Capture(job) as capture:
        capture.pin()
        with _running(lambda stop: capture.run(stop)):
            yield


@contextmanager
def _following(job: Job) -> Iterator[None]:
    with _capturing(job):
        load(job)
        finalise(job, foreign_keys=False)
        with Follower(job) as follower, _running(lambda stop: follower.run(stop)):
            yield


@contextmanager
def _running(run: Callable[[threading.Event], object]) -> Iterator[None]:
    """In a thread until the end of the block; an error of it is raised there."""
    stop, errors = threading.Event(), list[BaseException]()

    def guarded() -> None:
        try:
            run(stop)
        except BaseException as error:  # noqa: BLE001 - raised again in the other thread
            errors.append(error)

    thread = threading.Thread(target=guarded)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    if errors:
        raise errors[0]
