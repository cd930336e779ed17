"""What may happen to a tool at a named place: it is killed, its sessions are cut off, or PostgreSQL
commits and the answer is lost."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psycopg

from tests.follow.killed import POINTS as FOLLOW_POINTS
from tests.follow.killed import holder_of

_CAPTURE, _LOAD, _DRAIN = (
    "migrate.pipeline.capture",
    "migrate.pipeline.load",
    "migrate.pipeline.drain",
)
POINTS: dict[str, tuple[str, ...]] = {
    "capture": (
        f"{_CAPTURE}_landing.captured.land",
        f"{_CAPTURE}_landing.streams.advance",
        f"{_CAPTURE}_landing.streams.begin_children",
        f"{_CAPTURE}_landing.Landing.write",
        f"{_CAPTURE}_look.streams.pin",
        f"{_CAPTURE}_look.streams.add_shards",
        f"{_CAPTURE}_look.streams.listed",
        f"{_CAPTURE}_look.take",
        f"{_CAPTURE}_lookout.streams.set_state",
        f"{_CAPTURE}_lookout.Lookout.shard_ended",
    ),
    "load": (
        f"{_LOAD}.runs.create",
        f"{_LOAD}.constraints.detach",
        f"{_LOAD}.runs.mark_loaded",
        "migrate.pipeline.worker.parts.claim",
        "migrate.pipeline.worker.commit_unit",
        "migrate.pipeline.worker.parts.unfinished",
    ),
    "follow": FOLLOW_POINTS,
    "finalise": (
        "migrate.pipeline.finalise.attach_all",
        "migrate.pipeline.finalise.settle_waiting",
        "migrate.pipeline.settle.applied.take_waiting",
        "migrate.pipeline.settle.applied.count",
        "migrate.pipeline.settle.retry_clashes",
        "migrate.pipeline.finalise.Judge.run",
        "migrate.pipeline.finalise.constraints.analyse",
    ),
    "drain": (
        f"{_DRAIN}.streams.set_state",
        f"{_DRAIN}._switch",
        f"{_DRAIN}._read_to_the_end",
        f"{_DRAIN}.Follower.run",
        f"{_DRAIN}.streams.pin",
        f"{_CAPTURE}_lookout.streams.set_state",
        *FOLLOW_POINTS[1:3],
    ),
}  # fmt: skip
_COMMIT = "psycopg.Connection.commit"


class Killed(BaseException):
    """The process is gone, as by kill -9: nothing of it is committed from here on."""


@contextmanager
def accident(tool: str, chance: random.Random, url: str) -> Iterator[list[str]]:
    """One of the tool's accidents, if it comes to its place. The list says what happened: raises
    Killed in the tool, or makes its session fail."""
    happened: list[str] = []
    kind = chance.choice(("kill", "kill", "cut", "lost commit"))
    point = _COMMIT if kind == "lost commit" else chance.choice(POINTS[tool])
    left, is_after = chance.randint(1, 6 if kind == "lost commit" else 3), chance.random() < 0.5
    holder, name = holder_of(point)
    whole = getattr(holder, name)

    def happen(when: str) -> None:
        happened.append(f"{kind} {when} {point.removeprefix('migrate.pipeline.')}")
        if kind == "kill":
            raise Killed
        _cut_off(url)

    def met(*arguments: Any, **named: Any) -> Any:
        nonlocal left
        left -= 1
        is_now = left == 0
        if is_now and kind != "lost commit" and not is_after:
            happen("before")
        result = whole(*arguments, **named)
        if is_now and kind == "lost commit":
            _lose(arguments[0], happened)
        elif is_now and is_after:
            happen("after")
        return result

    with patch.object(holder, name, met):
        yield happened


def _lose(connection: psycopg.Connection[Any], happened: list[str]) -> None:
    happened.append("lost commit")
    connection.close()
    raise psycopg.OperationalError("consuming input failed: the connection is gone")


def _cut_off(url: str) -> None:
    """End every session that tools have in the database."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname ="
            " current_database() and application_name like 'migrate%'"
        )
