"""PostgreSQL crashes and comes back during a load: the load goes on by itself."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrate.rehearse.stack import process
from migrate.rehearse.stack.account import server_account
from migrate.rehearse.stack.postgres import PostgresServer
from migrate.rehearse.stack.postgres_programs import programs_for_rehearsal
from tests.command_line import ended, wait_until
from tests.interrupt.harness import interrupted


@pytest.fixture
def server(servers_folder: Path) -> Iterator[PostgresServer]:
    """A server of this test alone."""
    account = server_account()
    folder = servers_folder / "crashing"
    server = PostgresServer(folder, lambda: programs_for_rehearsal(account), account)
    try:
        yield server
    finally:
        server.remove()


def test_a_load_survives_a_crash_of_the_server(
    tmp_path: Path,
    server: PostgresServer,
    servers_folder: Path,
    dynamodb_endpoint: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = server.ensure_running()
    postmaster = process.read_pid(servers_folder / "crashing" / "data" / "postmaster.pid")
    assert postmaster is not None
    with interrupted(tmp_path, url, dynamodb_endpoint) as case:
        started = case.load_and_hold(1)
        os.kill(postmaster, signal.SIGQUIT)  # as a crash: nobody says good-bye, no checkpoint
        wait_until(lambda: not process.command_line(postmaster), "the server's end")
        port = int(url.rsplit(":", 1)[1].split("/")[0])
        monkeypatch.setattr(process, "free_port", lambda: port)
        case.let_go()  # the workers want to commit while nobody is there
        assert server.ensure_running() == url
        result = ended(started)
        assert result.code == 0, result.stderr
        assert result.json["items"] == 66
        case.finish()
