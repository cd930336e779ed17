"""Processor time that PostgreSQL's sessions took, to say on which side a line is bound."""

from __future__ import annotations

import os
import time
from pathlib import Path

import psycopg

_WAIT_SECONDS = 10.0


class ServerCpu:
    """Sums up over measured stretches. Only ended sessions count, so it waits for their end."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._began: float | None = None
        self.seconds: list[float] = []

    def begin(self) -> None:
        self._began = self._ended_sessions_seconds()

    def end(self) -> None:
        now = self._ended_sessions_seconds()
        if self._began is not None and now is not None:
            self.seconds.append(round(now - self._began, 3))

    def _ended_sessions_seconds(self) -> float | None:
        """What the postmaster's ended children took; None where the system does not say."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            row = connection.execute("show data_directory").fetchone()
            _until_alone(connection)
        assert row is not None
        try:
            pid = (Path(row[0]) / "postmaster.pid").read_text().split("\n", 1)[0]
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        # proc(5): fields 16 and 17, cutime and cstime; the first two went with the name.
        return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def _until_alone(connection: psycopg.Connection) -> None:
    deadline = time.monotonic() + _WAIT_SECONDS
    query = (
        "select count(*) from pg_stat_activity where backend_type = 'client backend'"
        " and pid <> pg_backend_pid()"
    )
    while time.monotonic() < deadline:
        row = connection.execute(query).fetchone()
        if row and row[0] == 0:
            return
        time.sleep(0.01)
