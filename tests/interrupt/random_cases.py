"""A load and its finalise under seeded accidents, judged at the end: the soak test's one case."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from migrate.pipeline.finalise import finalise
from tests import servers
from tests.command_line import ended, wait_until
from tests.interrupt.harness import Interrupted, interrupt, interrupted, kill, terminate, workers_of
from tests.source.scripted_dynamodb import failure

_ACCIDENTS_MAX = 4


def run_case(seed: int, postgres_server_url: str = "", endpoint: str = "") -> int:
    """One load under the accidents of `seed`, and how many those were. Raises AssertionError when
    its end is not equal.

    Without URLs it runs servers of its own.
    """
    with endpoints(postgres_server_url, endpoint) as (server_url, dynamodb):
        servers.reset_ministack(dynamodb)
        with (
            servers.database(server_url) as url,
            tempfile.TemporaryDirectory() as folder,
            interrupted(Path(folder), url, dynamodb) as case,
        ):
            chance = random.Random(seed)
            accidents = chance.randint(1, _ACCIDENTS_MAX)
            for _ in range(accidents):
                chance.choice(_ACCIDENTS)(case, chance)
            case.let_go()
            case.script.rule = lambda operation, request: None
            case.wait_until_gone()
            case.finish()
            finalise(case.job)
            case.check()
    return accidents


@contextmanager
def endpoints(postgres_server_url: str, endpoint: str) -> Iterator[tuple[str, str]]:
    if postgres_server_url and endpoint:
        yield postgres_server_url, endpoint
        return
    with (
        servers.session_folder() as folder,
        servers.postgres(folder) as url,
        servers.ministack(folder) as dynamodb,
    ):
        yield url, dynamodb


def _started(case: Interrupted, chance: random.Random) -> subprocess.Popen[str] | None:
    """A load that waits at some page; None: it was done before."""
    case.wait_until_gone()
    case.script.hold_after(chance.randint(0, 3))
    started = case.load()
    wait_until(lambda: case.script.held > 0 or started.poll() is not None, "held scans")
    if started.poll() is None:
        return started
    assert ended(started).code == 0
    return None


def _killed(case: Interrupted, chance: random.Random) -> None:
    started = _started(case, chance)
    if started is not None:
        kill(started)
        case.let_go()


def _interrupted(case: Interrupted, chance: random.Random) -> None:
    started = _started(case, chance)
    if started is not None:
        assert interrupt(started).code == 130
        case.let_go()


def _worker_killed(case: Interrupted, chance: random.Random) -> None:
    started = _started(case, chance)
    if started is not None:
        for pid in workers_of(started.pid)[: chance.randint(1, 2)]:
            os.kill(pid, signal.SIGKILL)
        case.let_go()
        assert ended(started).code == 0


def _sessions_ended(case: Interrupted, chance: random.Random) -> None:
    started = _started(case, chance)
    if started is not None:
        pids = case.sessions()
        terminate(case, chance.sample(pids, chance.randint(1, len(pids))))
        case.let_go()
        assert ended(started).code == 0


def _source_fails(case: Interrupted, chance: random.Random) -> None:
    code = chance.choice(["ExpiredTokenException", "AccessDeniedException"])
    after = chance.randint(0, 3)
    before = case.script.scans
    case.script.rule = lambda operation, request: (
        failure(400, code) if operation == "Scan" and case.script.scans - before >= after else None
    )
    case.wait_until_gone()
    case.let_go()
    assert ended(case.load()).code in {0, 2, 3}
    case.script.rule = lambda operation, request: None


_ACCIDENTS: list[Callable[[Interrupted, random.Random], None]] = [
    _killed,
    _interrupted,
    _worker_killed,
    _sessions_ended,
    _source_fails,
]
