"""Servers as processes of their own: started apart from the terminal, found again, stopped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from migrate.rehearse.stack.account import Account

# The shell leaves the server behind as nobody's child: it has no terminal, so Ctrl-C stops the
# command and not the server under it, and no command stays its parent. The shell, not we, writes
# the process id, so a kill between start and writing leaves no server unknown.
_LEAVE_BEHIND = '"$@" </dev/null >&2 & echo $!'

_KEPT = ("PATH", "HOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONPATH")


@dataclass(frozen=True, slots=True)
class Daemon:
    """A running server: its process id, and the word in its command line that proves it ours."""

    pid: int
    mark: str

    def is_alive(self) -> bool:
        """Whether the process still is that server; ids are used again, the mark is not."""
        return self.mark in command_line(self.pid)

    def stop(self, *signals: tuple[signal.Signals, float]) -> None:
        """Send each signal and wait its seconds for the end; after the last one, kill."""
        for number, seconds in (*signals, (signal.SIGKILL, 10.0)):
            if not self.is_alive():
                return
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return
            wait_until(lambda: not self.is_alive(), seconds)


def start_detached(
    command: list[str],
    *,
    pid_file: Path,
    log: Path,
    environment: dict[str, str],
    account: Account | None = None,
) -> int:
    """Start `command` in a session of its own and return its process id."""
    # The files are opened here, so `account` needs no right to either of their folders.
    with pid_file.open("wb") as pid_output, log.open("wb") as log_output:
        subprocess.run(
            ["/bin/sh", "-c", _LEAVE_BEHIND, "sh", *command],
            stdin=subprocess.DEVNULL,
            stdout=pid_output,
            stderr=log_output,
            start_new_session=True,
            cwd="/",
            env=environment,
            check=True,
            **(account.popen_arguments if account else {}),
        )
    return read_pid(pid_file) or 0


def clean_environment(**extra: str) -> dict[str, str]:
    """What a server may see of our environment: no credentials, no proxies, no tuning."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "LC_ALL": "C", "TZ": "UTC", **extra}


def read_pid(pid_file: Path) -> int | None:
    """The process id on the file's first line, or None where there is none."""
    try:
        return int(pid_file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def command_line(pid: int) -> str:
    """The process's command line; empty when it is gone, or dead and only not yet reaped."""
    if not Path("/proc/self/cmdline").exists():
        return _ps(pid, "command")
    # While a process turns into another program, Linux shows an empty line for a moment; one that
    # stays empty belongs to the kernel.
    wait_until(lambda: _line_of(pid) != "" or not _runs(pid), 0.1)
    return _line_of(pid)


def _line_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def _runs(pid: int) -> bool:
    """Whether the process is there and no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state not in {"Z", "X"}


def resident_bytes(pid: int) -> int:
    """Memory that the process holds, 0 when it cannot be told."""
    if Path("/proc/self/statm").exists():
        try:
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        except (OSError, IndexError, ValueError):
            return 0
        return pages * os.sysconf("SC_PAGE_SIZE")
    kilobytes = _ps(pid, "rss")
    return int(kilobytes) * 1024 if kilobytes.isdigit() else 0


def _ps(pid: int, field: str) -> str:
    """One field of `ps`, the only source on macOS; Linux images often come without it."""
    answer = subprocess.run(
        ["ps", "-ww", "-o", f"{field}=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.strip()


def free_port() -> int:
    """A TCP port of the loopback interface that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Poll `condition` until it holds or the seconds are over; whether it held."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
