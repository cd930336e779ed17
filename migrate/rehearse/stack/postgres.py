"""Runs a private PostgreSQL server out of a folder, for data that can be made again.

Only 127.0.0.1 is listened on, there is no socket in the file system, and the one role needs a
generated password (scram), so that no other account of the machine gets in.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from migrate.errors import AskOperatorError, RetryLaterError
from migrate.rehearse.stack import process
from migrate.rehearse.stack.account import Account
from migrate.rehearse.stack.postgres_programs import major_version

_ROLE = "migrate"
_DATABASE = "migrate"
# Before each attempt: the port may be taken meanwhile, or the last backend of a killed server may
# still end what it was doing, and until then PostgreSQL refuses to start over the same data.
_PAUSES_SECONDS = (0.0, 0.2, 0.5, 2.0, 10.0)
_START_SECONDS = 30.0

# fsync and full_page_writes: data here is synthetic and may be made again, and only a crash of
# the whole machine, not of a process, needs either. Never copy these to a real server.
# log_*: a failed statement's text, detail and context carry values of rows; logs may not.
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "logical",
    "max_wal_size": "2GB",  # fewer checkpoints while a load runs
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "log",  # in the server's log this leaves ERROR out
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


class PostgresServer:
    """One server with the database `migrate`. `folder` must be one that `account` can enter."""

    def __init__(
        self, folder: Path, find_programs: Callable[[], Path], account: Account | None
    ) -> None:
        self._folder = folder
        self._find_programs = find_programs  # asked only when a server has to be started
        self._account = account
        self._data = folder / "data"
        self._password_file = folder / "password"

    def ensure_running(self) -> str:
        """Start the server unless it runs; its URL, password included."""
        daemon = self._daemon()
        if daemon is None or not process.wait_until(self._is_ready, _START_SECONDS):
            if daemon is not None:
                self._stop(daemon)
            self._start(self._find_programs())
        port = self._postmaster_lines()[3]
        password = self._password_file.read_text()
        return f"postgresql://{_ROLE}:{password}@127.0.0.1:{port}/{_DATABASE}"

    def stop(self) -> None:
        """Stop the server and wait for its end; open connections are cut."""
        daemon = self._daemon()
        if daemon is not None:
            self._stop(daemon)

    def remove(self) -> None:
        """Stop the server and delete everything it kept."""
        self.stop()
        if self._folder.exists():
            shutil.rmtree(self._folder)

    def _stop(self, daemon: process.Daemon) -> None:
        daemon.stop((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))  # fast, then immediate

    def _start(self, programs: Path) -> None:
        if not self._data.exists():
            self._initialise(programs)
        self._check_kept(programs)
        for pause_seconds in _PAUSES_SECONDS:
            time.sleep(pause_seconds)
            self._drop_stale_pid_file()
            self._launch(programs)
            if process.wait_until(self._is_ready_or_gone, _START_SECONDS) and self._is_ready():
                return
            self.stop()
        hint = f"{self._folder / 'server.log'} says why; --fresh starts over without the old data"
        raise RetryLaterError("the local PostgreSQL does not start", hint)

    def _launch(self, programs: Path) -> None:
        settings = {**_SETTINGS, "port": str(process.free_port())}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        process.start_detached(
            [str(programs / "postgres"), "-D", str(self._data), *options],
            pid_file=self._folder / "server.pid",
            log=self._folder / "server.log",
            environment=process.clean_environment(),
            account=self._account,
        )

    def _initialise(self, programs: Path) -> None:
        """Make data folder, role and database aside, and move them into place when complete."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o755)  # whatever the umask says: the account has to pass
        password = secrets.token_urlsafe(24)
        _write_private(self._password_file, password)
        workplace = self._folder / "making"
        shutil.rmtree(workplace, ignore_errors=True)
        workplace.mkdir(mode=0o700)
        password_copy = workplace / "password"
        _write_private(password_copy, password)
        if self._account:
            self._account.owns(workplace)
            self._account.owns(password_copy)
        data = workplace / "data"
        self._initdb(programs, data, password_copy)
        self._create_database(programs, data)
        data.rename(self._data)
        shutil.rmtree(workplace)

    def _initdb(self, programs: Path, data: Path, password_file: Path) -> None:
        command = [
            str(programs / "initdb"), "-D", str(data), "-U", _ROLE, "-E", "UTF8",
            "--auth=scram-sha-256", f"--pwfile={password_file}", "--no-sync",
        ]  # fmt: skip
        for locale in ("C.UTF-8", "C"):  # older macOS and small images lack the first
            shutil.rmtree(data, ignore_errors=True)
            answer = self._run([*command, f"--locale={locale}"])
            if answer.returncode == 0:
                return
        raise _not_initialised(answer.stderr)

    def _create_database(self, programs: Path, data: Path) -> None:
        """Create it in single-user mode: no server, no client, no password needed yet."""
        statement = f"CREATE DATABASE {_DATABASE};\n"
        answer = self._run(
            [str(programs / "postgres"), "--single", "-D", str(data), "template1"], statement
        )
        if answer.returncode != 0:
            raise _not_initialised(answer.stderr)

    def _run(self, command: list[str], text: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            input=text,
            capture_output=True,
            text=True,
            cwd="/",
            env=process.clean_environment(),
            check=False,
            **(self._account.popen_arguments if self._account else {}),
        )

    def _check_kept(self, programs: Path) -> None:
        if not self._password_file.exists():
            message = f"the local target's password is gone from {self._password_file}"
            raise AskOperatorError(message, "start over with --fresh")
        kept = (self._data / "PG_VERSION").read_text().strip()
        offered = major_version(programs)
        if kept != offered:
            raise AskOperatorError(
                f"the local target was made by PostgreSQL {kept}, and {offered} is what is here",
                f"install PostgreSQL {kept} again, or start over with --fresh",
            )

    def _daemon(self) -> process.Daemon | None:
        """The server that this folder's pid file names, if it is alive and ours."""
        pid = process.read_pid(self._data / "postmaster.pid")
        daemon = process.Daemon(pid, str(self._data)) if pid else None
        return daemon if daemon and daemon.is_alive() else None

    def _drop_stale_pid_file(self) -> None:
        """Drop it where its number now belongs to another program, which PostgreSQL cannot tell.

        In the ordinary case it stays: with it PostgreSQL waits for backends of a killed server.
        """
        pid = process.read_pid(self._data / "postmaster.pid")
        if pid and process.command_line(pid) and self._daemon() is None:
            (self._data / "postmaster.pid").unlink(missing_ok=True)

    def _postmaster_lines(self) -> list[str]:
        try:
            return (self._data / "postmaster.pid").read_text().split("\n")
        except FileNotFoundError:
            return []

    def _is_ready(self) -> bool:
        """PostgreSQL writes its state to the eighth line; pg_ctl waits for the same word."""
        lines = self._postmaster_lines()
        return len(lines) > 7 and lines[7].strip() == "ready" and self._daemon() is not None

    def _is_ready_or_gone(self) -> bool:
        launched = process.read_pid(self._folder / "server.pid") or 0
        return self._is_ready() or not process.command_line(launched)


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(text)


def _not_initialised(output: str) -> RetryLaterError:
    last_line = output.strip().rsplit("\n", 1)[-1]
    hint = "make room on the disk, or set TMPDIR to a folder that can be written; then run again"
    return RetryLaterError(f"the local PostgreSQL cannot be set up: {last_line}", hint)
