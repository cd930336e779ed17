"""A reconciliation that is killed leaves no process behind, and the next one cleans up."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from migrate.validate.reconcile import reconcile
from tests.validate.world import World, lookup, mappings

_CHECKOUT = Path(__file__).parent.parent.parent


def wait_for(what: str, condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.05)


def is_free(lock: Path) -> bool:
    with lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def test_workers_die_with_a_parent_that_was_killed(
    postgres_url: str, dynamodb_endpoint: str, tmp_path: Path
) -> None:
    world = World(postgres_url, dynamodb_endpoint)
    world.fill()
    command = ["-m", "tests.validate.blocked", postgres_url, dynamodb_endpoint, str(tmp_path)]
    with subprocess.Popen([sys.executable, *command], cwd=_CHECKOUT) as parent:
        try:
            wait_for("both workers", lambda: len(list(tmp_path.glob("*.waiting"))) == 2)
        finally:
            parent.kill()
    locks = list(tmp_path.glob("*.lock"))
    wait_for("the workers' end", lambda: all(is_free(lock) for lock in locks))

    rejected = partial(lookup, {})
    result = reconcile(mappings(), world.tables(), world.connect, rejected)
    assert result.is_equal
