"""What PostgreSQL does alone: the finished rows, copied by one psql a worker at the same time."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg
from psycopg import conninfo, sql

from benchmarks.data.copy_files import CopyFile
from migrate.rehearse.stack.postgres_programs import packaged_programs
from migrate.target import names


def psql() -> Path | None:
    """psql of the machine, else of the embedded servers' wheel."""
    found = shutil.which("psql")
    if found:
        return Path(found)
    programs = packaged_programs(None)
    return programs / "psql" if programs and (programs / "psql").exists() else None


def raw_copy_seconds(url: str, shares: Sequence[Sequence[CopyFile]]) -> float:
    """Copy each share in a process of its own. Connecting is not counted; every COPY commits by
    itself, the last one ends the time. Raises FileNotFoundError without psql."""
    program = psql()
    if program is None:
        raise FileNotFoundError("there is no psql on this machine")
    scripts = [_script(url, share) for share in shares]
    sessions = [_connected(program, url) for _ in scripts]
    started = time.monotonic()
    for session, script in zip(sessions, scripts, strict=True):
        assert session.stdin is not None
        session.stdin.write(script)
        session.stdin.close()
    codes = [session.wait() for session in sessions]
    seconds = time.monotonic() - started
    for session in sessions:
        assert session.stdout is not None
        session.stdout.close()
    assert not any(codes), f"psql ended with {codes}"
    return seconds


def _connected(program: Path, url: str) -> subprocess.Popen[str]:
    """A session that has answered once."""
    parts = conninfo.conninfo_to_dict(url)
    environment = {
        **os.environ,
        "PGHOST": str(parts["host"]),
        "PGPORT": str(parts["port"]),
        "PGUSER": str(parts["user"]),
        "PGPASSWORD": str(parts.get("password", "")),
        "PGDATABASE": str(parts["dbname"]),
        "PGCLIENTENCODING": "UTF8",
    }
    session = subprocess.Popen(
        [str(program), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )
    assert session.stdin is not None
    assert session.stdout is not None
    session.stdin.write("select 'ready';\n")
    session.stdin.flush()
    assert session.stdout.readline() == "ready\n", "psql does not reach the target"
    return session


def _script(url: str, share: Sequence[CopyFile]) -> str:
    with psycopg.connect(url) as connection:
        return "".join(
            "\\copy {} ({}) from '{}'\n".format(
                names.table(one.table).as_string(connection),
                sql.SQL(", ").join(sql.Identifier(n) for n in one.columns).as_string(connection),
                one.path,
            )
            for one in share
        )
