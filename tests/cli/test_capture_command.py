"""`migrate capture` and `migrate mend` as their user sees them."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine
from tests.command_line import Project, ended, wait_until
from tests.exported_world import ExportedWorld
from tests.fakes.dynamodb import FakeClock, FakeDynamoDB, serving
from tests.pipeline.captured_world import CapturedWorld
from tests.small_world import person, table_name

_QUICK = {"idle_seconds": 0.1, "quiet_seconds": 0.3}


@pytest.fixture
def world(run: CommandLine, postgres_url: str) -> Iterator[CapturedWorld]:
    """Both tables with streams, on a clock that runs."""
    fake = FakeDynamoDB(FakeClock(datetime.now(UTC), runs=True))
    with serving(fake) as endpoint:
        world = CapturedWorld(postgres_url, fake, endpoint)
        world.make("Person")
        world.make("Visit")
        run.project.use(world)
        run.project.profile(follow=_QUICK)
        yield world


def test_it_captures_until_nothing_comes(run: CommandLine, world: CapturedWorld) -> None:
    world.put("Person", person(1), person(2))
    result = run("capture", "--until", "quiet", "--json")
    assert (result.code, "note: captures Person" in result.stderr) == (0, True)
    printed = result.json
    assert (printed["captured"], printed["gaps"]) == (2, [])
    assert printed["tables"][0] == {
        "model": "Person",
        "table": table_name("Person"),
        "generation": 1,
        "state": "open",
        "problem": "",
        "captured": 2,
        "open_shards": 1,
        "lag_seconds": printed["tables"][0]["lag_seconds"],
    }
    again = run("capture", "--until", "quiet")
    assert again.code == 0
    assert "0 changes captured" in again.stdout


def test_a_gap_is_exit_code_1(run: CommandLine, world: CapturedWorld) -> None:
    assert run("capture", "--until", "quiet").code == 0
    world.fake.recreate_stream(table_name("Person"))
    result = run("capture", "--until", "quiet")
    assert result.code == 1
    assert "copy again: Person: somebody made the stream" in result.stdout
    assert "GAP: Person must be copied again" in result.stderr
    assert run("capture", "--until", "quiet").code == 0  # it was said, and is in the ledger


def test_a_table_without_a_stream_is_exit_code_2(run: CommandLine, world: CapturedWorld) -> None:
    world.switch("Visit", None)
    result = run("capture")
    assert result.code == 2
    assert f"the table {table_name('Visit')} has no stream" in result.stderr
    assert "aws dynamodb update-table" in result.stderr


def test_an_endpoint_out_of_reach_is_exit_code_3(run: CommandLine, world: CapturedWorld) -> None:
    run.project.environment["AWS_ENDPOINT_URL_DYNAMODB"] = "http://127.0.0.1:1"
    assert run("capture").code == 3


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_the_service_with_nothing_half_done(
    run: CommandLine, world: CapturedWorld, number: signal.Signals, code: int
) -> None:
    project: Project = run.project
    started = project.start("capture", "--json")
    wait_until(lambda: _count(world) >= 0, "the ledger")
    world.put("Person", *(person(one) for one in range(20)))
    wait_until(lambda: _count(world) == 20 or started.poll() is not None, "the changes")
    started.send_signal(number)
    result = ended(started)
    assert result.code == code, result.stderr
    assert json.loads(result.stdout)["captured"] == 20
    world.check()


def _count(world: CapturedWorld) -> int:
    if world.rows("select to_regclass('migrate.shards')")[0][0] is None:
        return -1
    if not world.rows("select count(*) from migrate.shards")[0][0]:
        return -1
    return int(world.rows("select count(*) from migrate.changes")[0][0])


def test_mend_without_a_gap_has_nothing_to_do(
    run: CommandLine, world: CapturedWorld, tmp_path: Path
) -> None:
    run("capture", "--until", "quiet")
    result = run("mend", "--export", str(tmp_path))
    assert (result.code, result.stdout) == (0, "there is no gap to mend\n")
    assert run("mend", "--export", str(tmp_path), "--json").json == {"tables": []}


def test_mend_says_what_it_needs(run: CommandLine, world: CapturedWorld, tmp_path: Path) -> None:
    run("capture", "--until", "quiet")
    world.fake.recreate_stream(table_name("Person"))
    run("capture", "--until", "quiet")
    exported = ExportedWorld(world.url, tmp_path / "bucket")
    exported.window("Person", [], 1, 2)
    result = run("mend", "--export", str(tmp_path / "bucket"), "--offline")
    assert result.code == 2
    assert "needed without a gap is" in result.stderr
    assert "migrate export --incremental --since" in result.stderr
