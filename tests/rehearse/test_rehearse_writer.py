"""A rehearsal whose source changes all the while: equal at the end, and nothing stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from migrate.rehearse.writer.operation import KINDS
from tests.command_line import Finished, Project, checkout, wait_until

_SECONDS_MAX = 300.0
_SMALL = ("rehearse", "--items", "300", "--writer", "60", "--writer-seconds", "1", "--json")
_STEPS = (
    "lint", "prepare", "plan", "capture", "load", "finalise", "follow", "drain", "finalise",
    "validate", "report",
)  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A checkout's mappings, profiles and rules in a folder of their own, without servers."""
    with checkout(tmp_path) as project:
        yield project


def _run(project: Project, *arguments: str) -> Finished:
    started = project.start(*arguments)
    try:
        stdout, stderr = started.communicate(timeout=_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        os.killpg(started.pid, signal.SIGKILL)
        stdout, stderr = started.communicate()
        raise AssertionError(f"a rehearsal hangs\n{stderr}") from None
    return Finished(started.returncode, stdout, stderr)


@pytest.mark.timeout(900)
def test_it_ends_equal_and_accounts_for_every_change(project: Project) -> None:
    done = _run(project, "rehearse", "--items", "2000", "--writer", "200", "--json")
    assert done.code == 0, done.printed
    found = done.json
    assert (found["verdict"], found["passed"]) == ("equal", True)
    assert tuple(step["name"] for step in found["steps"])[:10] == _STEPS[:10]
    check_account(found["follow"])
    # Streams held the sample's own writes too: nothing that was written is missing.
    assert found["follow"]["captured"] == 2000 + found["follow"]["written"]
    assert {one["model"] for one in found["follow"]["models"]} == {
        one["model"] for one in found["accounting"]
    }
    still = _run(project, "rehearse", "--items", "2000", "--json")
    assert still.code == 0, still.printed
    assert still.json["follow"] is None
    assert sum(one["read"] for one in still.json["accounting"]) == 2000


def check_account(follow: dict[str, Any]) -> None:
    assert follow["drained"] is True
    assert (follow["pending"], follow["waiting"]) == (0, 0)
    assert follow["lag_seconds_max"] > 0
    assert set(follow["written_kinds"]) <= set(KINDS)
    assert sum(follow["written_kinds"].values()) == follow["written"] > 0
    for one in (follow, *follow["models"]):
        assert one["captured"] == sum(one[n] for n in ("applied", "superseded", "rejected"))
    assert all(one["balanced"] for one in follow["models"])
    assert follow["captured"] == sum(one["captured"] for one in follow["models"])


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("step", "number"), [("load", signal.SIGINT), ("follow", signal.SIGKILL)])
def test_stopped_half_way_it_leaves_nobody_behind_and_starts_anew(
    project: Project, step: str, number: signal.Signals
) -> None:
    started = project.start(*_SMALL)
    assert started.stderr is not None
    for line in started.stderr:
        if line.startswith(f"{step} ..."):
            break
    helpers = children_of(started.pid)
    assert helpers, "at least the writer"
    if number == signal.SIGINT:
        os.killpg(started.pid, number)
    else:
        os.kill(started.pid, number)
    started.communicate(timeout=_SECONDS_MAX)
    assert started.returncode != 0
    wait_until(lambda: not any(map(runs, helpers)), "the end of all its processes")
    again = _run(project, *_SMALL)
    found = again.json
    assert found["verdict"] == "equal", again.printed
    failed = {one["id"] for one in found["criteria"] if not one["passed"]}
    assert failed <= {"rejects", "suites"}, "nothing else may fail on so small a sample"
    check_account(found["follow"])


def children_of(pid: int) -> list[int]:
    """Processes that this one started. Linux only."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            stat = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(stat[1]) == pid:
            found.append(int(entry.name))
    return found


def runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}


def test_exports_are_not_written_to(project: Project) -> None:
    done = _run(project, "rehearse", "--writer", "10", "--export", "nowhere", "--offline")
    assert done.code in {1, 2}
    assert "--writer" in done.printed or "export" in done.printed


def test_a_writer_needs_a_sample_of_some_size(project: Project) -> None:
    done = _run(project, "rehearse", "--items", "40", "--writer", "10")
    assert done.code == 2
    assert "at least 100 items" in done.printed
