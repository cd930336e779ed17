"""Worker processes: what they report, and what becomes of one that dies without a word."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from migrate.errors import DefectError, FixInputError, RetryLaterError
from migrate.pipeline.engines.processes import run_workers


def leave_a_mark(folder: str) -> None:
    (Path(folder) / str(os.getpid())).touch()


def refuse() -> None:
    raise FixInputError("a table is missing", "create it")


def fail() -> None:
    raise KeyError("Hanako Yamada")


def die_unless_marked(folder: str) -> None:
    """The first of them dies as if killed by the kernel."""
    mark = Path(folder) / "died"
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def nothing() -> None:
    """For callbacks."""


def test_every_worker_runs_the_task_in_a_process_of_its_own(tmp_path: Path) -> None:
    ticks: list[int] = []
    run_workers(
        2, leave_a_mark, (str(tmp_path),), on_tick=lambda: ticks.append(1), on_death=nothing
    )
    found = {int(path.name) for path in tmp_path.iterdir()}
    assert len(found) == 2
    assert os.getpid() not in found
    assert ticks


def test_an_error_of_a_worker_arrives_with_its_hint() -> None:
    with pytest.raises(FixInputError, match="a table is missing") as caught:
        run_workers(1, refuse, (), on_tick=nothing, on_death=nothing)
    assert caught.value.hint == "create it"


def test_a_defect_in_a_worker_names_its_place_and_no_value() -> None:
    with pytest.raises(DefectError, match=r"a worker failed: KeyError in fail:\d+") as caught:
        run_workers(1, fail, (), on_tick=nothing, on_death=nothing)
    assert "Hanako" not in f"{caught.value.message} {caught.value.hint}"


def test_a_worker_that_was_killed_is_replaced(tmp_path: Path) -> None:
    deaths: list[int] = []
    run_workers(
        1,
        die_unless_marked,
        (str(tmp_path),),
        on_tick=nothing,
        on_death=lambda: deaths.append(1),
    )
    assert deaths == [1]


def test_workers_that_are_killed_again_and_again_end_the_work() -> None:
    deaths: list[int] = []
    with pytest.raises(RetryLaterError, match="worker processes were killed 4 times"):
        run_workers(1, die, (), on_tick=nothing, on_death=lambda: deaths.append(1))
    assert len(deaths) == 4
