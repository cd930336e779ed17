"""A finalise that is killed at any place is finished by the next one, to the same end."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from migrate.pipeline.finalise import finalise
from migrate.pipeline.load import load
from migrate.pipeline.verify import verify
from tests.command_line import ended, wait_until
from tests.interrupt.harness import Interrupted, interrupt, interrupted, kill
from tests.small_world import catalogue


@pytest.fixture
def case(tmp_path: Path, postgres_url: str, dynamodb_endpoint: str) -> Iterator[Interrupted]:
    with interrupted(tmp_path, postgres_url, dynamodb_endpoint) as case:
        yield case


# What somebody else holds, so that finalise waits for it at a known place.
PLACES = {
    "in the clash of two spellings": "select from app.persons where code is null for update",
    "in the duplicates": "select from app.persons where badge = 1000 for update",
    "in the orphans": "select from app.visits for update",
    "among the constraints": "lock table app.visits in row exclusive mode",
    "at its end": "select from migrate.runs for update",
}


def test_a_finalise_that_was_killed_anywhere_is_finished_by_the_next(case: Interrupted) -> None:
    load(case.job)
    for place, statement in PLACES.items():
        with psycopg.connect(case.world.url) as holder:
            holder.execute(statement.encode())
            finalise_and_kill(case, place)
        wait_until(lambda: not case.sessions("migrate finalise"), "the session's end")
    case.finish()
    assert case.project.run("finalise").code == 0
    case.check()
    names = [name for _, name, _ in catalogue(case.world)]
    assert {"persons_badge_key", "visits_person_id_fkey", "visits_person_id_idx"} <= set(names)


def finalise_and_kill(case: Interrupted, place: str) -> None:
    started = case.project.start("finalise")
    wait_until(lambda: waits(case) or started.poll() is not None, place)
    assert started.poll() is None, f"{place}: {ended(started).stderr}"
    if place != "at its end":
        assert verify(case.job, rules=None).verdict != "equal"
    assert kill(started).code == -signal.SIGKILL


def waits(case: Interrupted) -> bool:
    found = case.world.rows(
        "select from pg_stat_activity where datname = current_database()"
        " and application_name = 'migrate finalise' and wait_event_type = 'Lock'"
    )
    return bool(found)


def test_ctrl_c_during_a_verification_leaves_no_traceback(case: Interrupted) -> None:
    load(case.job)
    finalise(case.job)
    case.script.hold_after(0)
    started = case.project.start("validate", "--no-suites")
    wait_until(lambda: case.script.held == 2 or started.poll() is not None, "held scans")
    assert started.poll() is None, ended(started).stderr
    result = interrupt(started)
    case.let_go()
    assert (result.code, result.stdout) == (130, "")
    assert "Traceback" not in result.stderr
    case.check()
