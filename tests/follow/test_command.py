"""`migrate follow` as an operator and as a service manager use it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.command_line import Project, ended, wait_until
from tests.follow.followed_world import FollowedWorld
from tests.small_world import person


@pytest.fixture
def project(world: FollowedWorld, tmp_path: Path) -> Project:
    found = Project(tmp_path)
    found.use(world)
    world.put("Person", person(1))
    world.start(world.job())
    world.change("Person", person(2), person(2, code="a"))
    return found


def quiet(world: FollowedWorld) -> None:
    """As a capture leaves it that heard nothing until tomorrow."""
    world.sql(
        "update migrate.shards set read_at = now() + interval '1 day', silent_since = now()"
        " where state = 'open'"
    )


def test_until_caught_up_tells_what_it_did(world: FollowedWorld, project: Project) -> None:
    quiet(world)
    result = project.run("follow", "--until-caught-up", "--json")
    assert result.code == 0, result.stderr
    found = result.json
    assert (found["captured"], found["applied"], found["superseded"]) == (2, 1, 1)
    assert (found["pending"], found["drained"], found["not_followed"]) == (0, False, {})
    assert found["lag_seconds_max"] > 0
    assert world.numbers("app.persons") == ["1", "2"]


def test_until_a_time_needs_a_zone(project: Project) -> None:
    result = project.run("follow", "--until", "2026-07-01T00:00:00")
    assert result.code == 2
    assert "has no zone" in result.stderr


def test_until_a_time_that_is_over(world: FollowedWorld, project: Project) -> None:
    quiet(world)
    result = project.run("follow", "--until", "2026-07-01T00:00:00+09:00")
    assert result.code == 0, result.stderr
    assert "2 changes captured, 1 applied, 1 superseded" in result.stdout


def test_a_gap_ends_in_exit_code_1(world: FollowedWorld, project: Project) -> None:
    quiet(world)
    world.set_state("Visit", 1, "lost", "its stream was made anew")
    result = project.run("follow", "--until-caught-up")
    assert result.code == 1
    assert "Visit is not followed, copy it again: its stream was made anew" in result.stderr
    assert "Visit is not followed, copy it again: its stream was made anew" in result.stdout


def test_sigterm_ends_a_service_well(world: FollowedWorld, project: Project) -> None:
    started = project.start("follow", "--json")
    wait_until(lambda: world.numbers("app.persons") == ["1", "2"], "the rows")
    os.kill(started.pid, signal.SIGTERM)
    result = ended(started)
    assert result.code == 0, result.stderr
    assert result.json["applied"] == 1
    world.change("Person", person(3))
    quiet(world)
    assert project.run("follow", "--until-caught-up").code == 0
    assert world.numbers("app.persons") == ["1", "2", "3"]
