"""A load that is stopped in any way: nothing is lost, nothing twice, the same command goes on."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.command_line import ended, wait_until
from tests.interrupt.harness import (
    PERSONS,
    Interrupted,
    interrupt,
    interrupted,
    kill,
    terminate,
    workers_of,
)
from tests.source.scripted_dynamodb import failure

linux = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")


@pytest.fixture
def case(tmp_path: Path, postgres_url: str, dynamodb_endpoint: str) -> Iterator[Interrupted]:
    with interrupted(tmp_path, postgres_url, dynamodb_endpoint) as case:
        yield case


def test_a_load_that_was_killed_goes_on_where_it_was(case: Interrupted) -> None:
    started = case.load_and_hold(2)
    assert case.units() == 4
    assert kill(started).code == -signal.SIGKILL
    case.let_go()
    case.wait_until_gone()
    result = case.finish().json
    assert (result["items"], result["units"], result["resumed_units"]) == (PERSONS + 6, 8, 2)


@linux
def test_a_worker_that_was_killed_is_replaced(case: Interrupted) -> None:
    started = case.load_and_hold(1)
    wait_until(lambda: len(workers_of(started.pid)) == 2, "two workers")
    os.kill(workers_of(started.pid)[0], signal.SIGKILL)
    case.let_go()
    result = ended(started)
    assert result.code == 0, result.stderr
    assert result.json["items"] == PERSONS + 6
    case.finish()


@linux
def test_workers_that_die_again_and_again_end_the_load(case: Interrupted) -> None:
    started = case.load_and_hold(0)
    killed: set[int] = set()
    while started.poll() is None:
        for pid in set(workers_of(started.pid)) - killed:
            killed.add(pid)
            os.kill(pid, signal.SIGKILL)
    result = ended(started)
    assert result.code == 3
    assert "worker processes were killed" in result.stderr
    assert "Traceback" not in result.stderr
    case.let_go()
    case.finish()


def test_ctrl_c_stops_at_once_and_keeps_what_is_committed(case: Interrupted) -> None:
    started = case.load_and_hold(2)
    result = interrupt(started)
    assert (result.code, result.stdout) == (130, "")
    assert "stopped; nothing half-done was kept" in result.stderr
    assert "Traceback" not in result.stderr
    assert "KeyboardInterrupt" not in result.stderr
    case.let_go()
    case.wait_until_gone()
    assert case.finish().json["resumed_units"] == 2


def test_ctrl_c_while_workers_start_leaves_no_traceback(case: Interrupted) -> None:
    started = case.load_and_hold(0)
    result = interrupt(started)
    assert result.code == 130
    assert "Traceback" not in result.stderr
    case.let_go()
    case.wait_until_gone()
    case.finish()


def test_sessions_that_are_ended_are_opened_again(case: Interrupted) -> None:
    """Those of the workers, and the command's own with its lock."""
    started = case.load_and_hold(1)
    wait_until(lambda: len(case.sessions()) == 3, "three sessions")
    terminate(case, case.sessions())
    case.let_go()
    result = ended(started)
    assert result.code == 0, result.stderr
    case.finish()


def test_a_session_that_is_ended_inside_commit_leaves_one_unit(case: Interrupted) -> None:
    """The workers are caught in COMMIT, where a deferred trigger waits for a lock of ours."""
    started = case.load_and_hold(0)
    case.world.sql(
        "create function app.wait() returns trigger language plpgsql as"
        " $$ begin perform pg_advisory_xact_lock(4711); return null; end $$;"
        "create constraint trigger waiting after insert on migrate.units"
        " deferrable initially deferred for each row execute function app.wait()"
    )
    with psycopg.connect(case.world.url) as holder:
        holder.execute("select pg_advisory_lock(4711)")
        case.let_go()
        wait_until(lambda: bool(committing(case)), "a session inside COMMIT")
        terminate(case, committing(case))
    result = ended(started)
    assert result.code == 0, result.stderr
    assert result.json["items"] == PERSONS + 6
    case.finish()


def committing(case: Interrupted) -> list[int]:
    found = case.world.rows(
        "select pid from pg_stat_activity where datname = current_database()"
        " and wait_event = 'advisory' and query ilike 'commit%'"
    )
    return [row[0] for row in found]


def test_a_source_that_fails_for_a_while_is_ridden_out(case: Interrupted) -> None:
    faults = [failure(500, "InternalServerError")] * 2 + [failure(400, "ThrottlingException")]
    case.script.rule = lambda operation, request: (
        faults.pop() if operation == "Scan" and faults else None
    )
    result = case.finish().json
    assert not faults
    assert result["items"] == PERSONS + 6


def test_credentials_that_expire_stop_the_load_with_what_it_has(case: Interrupted) -> None:
    case.script.rule = lambda operation, request: (
        failure(400, "ExpiredTokenException") if operation == "Scan" and case.units() else None
    )
    result = ended(case.load())
    assert (result.code, result.stdout) == (3, "")
    assert "the AWS credentials for table Person" in result.stderr
    assert "hint:  renew them; the same command goes on" in result.stderr
    assert "Hanako" not in result.stderr
    committed = case.units()
    assert committed >= 1
    case.script.rule = lambda operation, request: None
    assert case.finish().json["units"] > committed


def test_a_disk_that_is_full_stops_the_load_with_what_it_has(case: Interrupted) -> None:
    started = case.load_and_hold(2)
    case.world.sql(
        "create function app.fail() returns trigger language plpgsql as"
        " $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$;"
        "create trigger failing before insert on app.persons for each row"
        " execute function app.fail()"
    )
    case.let_go()
    result = ended(started)
    assert result.code == 3
    assert "the disk is full" in result.stderr
    assert "make room; the same command goes on" in result.stderr
    case.world.sql("drop trigger failing on app.persons")
    case.finish()


def test_a_second_command_is_turned_away_meanwhile(case: Interrupted) -> None:
    started = case.load_and_hold(1)
    result = ended(case.load())
    assert result.code == 1
    assert "another migrate command is at work on this target (migrate load" in result.stderr
    case.let_go()
    assert ended(started).code == 0
    case.finish()


def test_another_load_takes_over_from_one_that_hangs(case: Interrupted) -> None:
    """The first command is stopped, not dead; its sessions are ended, and a new load begins.
    When it wakes up it must not write a row into the tables of the new run."""
    started = case.load_and_hold(1)
    os.killpg(started.pid, signal.SIGSTOP)
    terminate(case, case.sessions())
    case.let_go()
    again = ended(case.project.start("load", "--again", "--json"))
    assert again.code == 0, again.stderr
    os.killpg(started.pid, signal.SIGCONT)
    first = ended(started)
    assert first.code == 1, first.stderr
    assert "replaced run" in first.stderr
    assert case.world.rows("select run_id from migrate.runs where state = 'loaded'") == [
        (json.loads(again.stdout)["run_id"],)
    ]
    case.finish()
