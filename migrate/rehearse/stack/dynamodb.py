"""Runs ministack, a DynamoDB emulator, out of a folder, and keeps its tables between runs.

Tables, items, stream settings and point-in-time settings come back after a stop; stream records
do not. Any local account may use the endpoint: it holds synthetic data only.
"""

from __future__ import annotations

import importlib.util
import shutil
import signal
import sys
import urllib.error
import urllib.request
from pathlib import Path

from migrate.errors import FixInputError, RetryLaterError
from migrate.rehearse.stack import process
from migrate.rehearse.stack.postgres_programs import INSTALL_HINT

_START_ATTEMPTS = 3
_START_SECONDS = 60.0  # measured: 0.5 s empty, and about 1 s more for every 40,000 items
_SAVE_SECONDS = 60.0

# Saving takes about 3 s for 20,000 items, grows with them and doubles the memory: a source as
# large as this (about 200,000 items) is quicker generated again than saved.
_SAVED_BYTES_MAX = 1 << 30


class DynamoDBServer:
    """One emulator. `keeps_state` False is for tests, which want every start to be empty."""

    def __init__(self, folder: Path, *, keeps_state: bool = True) -> None:
        self._folder = folder
        self._state = folder / "state"
        self._keeps_state = keeps_state
        self._mark = f"local_stack={folder}"

    def ensure_running(self) -> str:
        """Start the emulator unless it runs; its endpoint."""
        daemon = self._daemon()
        if daemon is not None and not process.wait_until(self._answers, _START_SECONDS):
            daemon.stop()
            daemon = None
        if daemon is None:
            self._start()
        self._forget_saved_state()
        return self._endpoint()

    def stop(self) -> None:
        """Save the tables, unless there are too many, and stop."""
        daemon = self._daemon()
        if daemon is None:
            return
        if self._keeps_state and process.resident_bytes(daemon.pid) > _SAVED_BYTES_MAX:
            daemon.stop()
        else:
            daemon.stop((signal.SIGTERM, _SAVE_SECONDS))

    def remove(self) -> None:
        """Stop the emulator without saving and delete everything it kept."""
        daemon = self._daemon()
        if daemon is not None:
            daemon.stop()
        if self._folder.exists():
            shutil.rmtree(self._folder)

    def _start(self) -> None:
        if importlib.util.find_spec("ministack") is None:
            raise FixInputError("there is no DynamoDB emulator for the local source", INSTALL_HINT)
        self._state.mkdir(mode=0o700, parents=True, exist_ok=True)
        for _ in range(_START_ATTEMPTS):
            self._launch()
            if process.wait_until(self._answers_or_gone, _START_SECONDS) and self._answers():
                return
            self.stop()  # the port was taken meanwhile
        hint = f"{self._folder / 'server.log'} says why; --fresh starts over without the old data"
        raise RetryLaterError("the local DynamoDB does not start", hint)

    def _launch(self) -> None:
        port = process.free_port()
        (self._folder / "port").write_text(str(port))
        # -X takes any word: it makes the process known as ours. -P: no module out of the folder.
        process.start_detached(
            [sys.executable, "-P", "-X", self._mark, "-m", "ministack"],
            pid_file=self._folder / "server.pid",
            log=self._folder / "server.log",
            environment=process.clean_environment(**self._settings(port)),
        )

    def _settings(self, port: int) -> dict[str, str]:
        return {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "IOT_MTLS_ENABLED": "0",  # it would listen on every interface
            "SFTP_ENABLED": "0",
            "DOCKER_HOST": f"unix://{self._folder}/none",  # it removes containers it takes for its
            "PERSIST_STATE": "1" if self._keeps_state else "0",
            "STATE_DIR": str(self._state),
            "S3_DATA_DIR": str(self._state / "s3"),
            "TMPDIR": str(self._folder),
            "LOG_LEVEL": "ERROR",
        }

    def _forget_saved_state(self) -> None:
        """Delete what was read: after a crash no tables at all are better than those of before."""
        for saved in self._state.glob("*.json*"):
            saved.unlink(missing_ok=True)

    def _daemon(self) -> process.Daemon | None:
        pid = process.read_pid(self._folder / "server.pid")
        daemon = process.Daemon(pid, self._mark) if pid else None
        return daemon if daemon and daemon.is_alive() else None

    def _endpoint(self) -> str:
        return f"http://127.0.0.1:{(self._folder / 'port').read_text()}"

    def _answers(self) -> bool:
        # A handler without proxies: the environment's proxy is not for this machine's own servers.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"{self._endpoint()}/_ministack/health", timeout=5) as answer:
                return bool(answer.status == 200) and self._daemon() is not None
        except (urllib.error.URLError, OSError):
            return False

    def _answers_or_gone(self) -> bool:
        return self._daemon() is None or self._answers()
