"""A load on a dask cluster: the same end as with processes, whoever dies meanwhile."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import ended, wait_until
from tests.interrupt.harness import PERSONS, Interrupted, interrupt, interrupted, kill
from tests.pipeline.dask_cluster import Cluster, cluster
from tests.source.scripted_dynamodb import failure


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler without workers."""
    with cluster(tmp_path / "cluster") as found:
        yield found


@pytest.fixture
def case(tmp_path: Path, postgres_url: str, dynamodb_endpoint: str) -> Iterator[Interrupted]:
    with interrupted(tmp_path, postgres_url, dynamodb_endpoint) as case:
        yield case


def use(case: Interrupted, dask: Cluster, workers: int = 3) -> list[subprocess.Popen[bytes]]:
    """Workers that can do their share, and a profile that names the cluster."""
    name_engine(case, dask.engine)
    environment = {"MIGRATE_TARGET_URL": case.world.url}
    started = [dask.worker(environment) for _ in range(workers)]
    dask.wait_for_workers(workers)
    return started


def name_engine(case: Interrupted, engine: str) -> None:
    case.project.profile(
        load={"engine": engine, "workers": None, "segments": 3, "lease_seconds": 2}
    )


def load_and_hold(case: Interrupted, pages: int = 1) -> subprocess.Popen[str]:
    """A load of which three workers wait for the next page of their segment of persons."""
    return case.load_and_hold(pages, workers=3)


# Told to stop, a worker has a while to come to the end of its part.
@pytest.mark.parametrize(("how", "resumed"), [(signal.SIGKILL, 2), (signal.SIGTERM, 0)])
def test_two_of_three_workers_die_and_nothing_is_lost_or_repeated(
    case: Interrupted, dask: Cluster, how: signal.Signals, resumed: int
) -> None:
    workers = use(case, dask)
    started = load_and_hold(case)
    assert case.units() == 3
    for worker in workers[:2]:
        worker.send_signal(how)
    case.let_go()
    result = ended(started)
    assert result.code == 0, result.stderr + dask.logs
    assert result.json["items"] == PERSONS + 6
    assert result.json["resumed_units"] >= resumed
    case.finish()
    assert case.world.url not in dask.logs


def test_a_worker_that_was_only_away_applies_nothing_twice(
    case: Interrupted, dask: Cluster
) -> None:
    """Its lease lapses, another takes its part over and ends it; then it wakes up."""
    workers = use(case, dask)
    started = load_and_hold(case)
    workers[0].send_signal(signal.SIGSTOP)
    case.let_go()
    wait_until(lambda: unfinished(case) == 0, "the others to take the part over")
    workers[0].send_signal(signal.SIGCONT)
    result = ended(started)
    assert result.code == 0, result.stderr + dask.logs
    assert result.json["items"] == PERSONS + 6
    case.finish()


def unfinished(case: Interrupted) -> int:
    found = case.world.rows("select count(*) from migrate.parts where not finished")
    return int(found[0][0])


def test_ctrl_c_calls_the_workers_off(case: Interrupted, dask: Cluster) -> None:
    use(case, dask)
    started = load_and_hold(case)
    result = interrupt(started)
    assert (result.code, result.stdout) == (130, "")
    assert "stopped; nothing half-done was kept" in result.stderr
    assert "Traceback" not in result.stderr
    case.let_go()
    case.wait_until_gone()
    assert unfinished(case) > 0
    case.finish()


def test_workers_of_a_command_that_was_killed_let_go(case: Interrupted, dask: Cluster) -> None:
    use(case, dask)
    started = load_and_hold(case)
    kill(started)
    wait_until(lambda: "Remove client" in dask.logs, "the scheduler to notice")
    case.let_go()
    case.wait_until_gone()
    assert unfinished(case) > 0
    case.finish()


def test_workers_that_die_again_and_again_end_the_load(case: Interrupted, tmp_path: Path) -> None:
    with cluster(tmp_path / "cluster", allowed_failures=0) as dask:
        workers = use(case, dask)
        started = load_and_hold(case, 0)
        workers[0].kill()
        result = ended(started)
    assert (result.code, result.stdout) == (3, "")
    assert "workers of the dask cluster died again and again" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_error_of_a_worker_ends_the_load_as_with_processes(
    case: Interrupted, dask: Cluster
) -> None:
    case.script.rule = lambda operation, request: (
        failure(400, "AccessDeniedException") if operation == "Scan" else None
    )
    with_processes = ended(case.load())
    assert with_processes.code == 2
    use(case, dask, workers=2)
    result = ended(case.load())
    assert (result.code, result.stdout) == (2, "")
    assert error_of(result.stderr) == error_of(with_processes.stderr)
    assert "Hanako" not in result.stderr + dask.logs
    case.script.rule = lambda operation, request: None
    case.wait_until_gone()
    case.finish()


def error_of(stderr: str) -> list[str]:
    """The error's and the hint's line."""
    return [line for line in stderr.splitlines() if line.startswith(("error:", "hint:"))]


def test_a_scheduler_that_dies_ends_the_load_for_now(case: Interrupted, dask: Cluster) -> None:
    use(case, dask)
    started = load_and_hold(case)
    dask.processes[0].kill()
    result = ended(started)
    assert (result.code, result.stdout) == (3, ""), result.stderr
    assert "the dask scheduler at tcp://127.0.0.1:" in result.stderr
    assert "Traceback" not in result.stderr
    case.let_go()
    case.wait_until_gone()
    name_engine(case, "processes")
    case.finish()
