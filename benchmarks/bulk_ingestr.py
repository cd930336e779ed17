"""ingestr, another tool's copy of a DynamoDB table to PostgreSQL: its wheel carries the program."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

VERSION = "0.15.9"
TABLE = "public.by_ingestr"


class UnavailableError(Exception):
    """Why a line is skipped."""


def installed(folder: Path) -> Path:
    """The program in an environment of its own below `folder`. Raises UnavailableError."""
    environment = folder / f"ingestr-{VERSION}"
    program = environment / "bin" / "ingestr"
    if program.exists():
        return program
    uv = shutil.which("uv")
    if uv is None:
        raise UnavailableError("uv, which installs ingestr, is not on this machine")
    shutil.rmtree(environment, ignore_errors=True)
    _run([uv, "venv", "--quiet", str(environment)], "uv cannot make an environment for ingestr")
    python = str(environment / "bin" / "python")
    install = [uv, "pip", "install", "--quiet", "--python", python, f"ingestr=={VERSION}"]
    _run(install, f"ingestr {VERSION} cannot be installed")
    return program


def copy_seconds(program: Path, endpoint: str, region: str, source: str, url: str) -> float:
    """Seconds of the whole command, at its own default settings. Raises UnavailableError."""
    host = urlsplit(endpoint).netloc
    keys = "access_key_id=local&secret_access_key=local"
    command = [
        str(program), "ingest", "--yes", "--progress", "log",
        "--source-uri", f"dynamodb://{host}?region={region}&{keys}",
        "--source-table", source, "--dest-uri", url, "--dest-table", TABLE,
    ]  # fmt: skip
    started = time.monotonic()
    _run(command, f"ingestr {VERSION} cannot copy from a local DynamoDB endpoint")
    return time.monotonic() - started


def _run(command: list[str], failure: str) -> None:
    # A proxy of the machine would stand between the program and the local endpoint.
    environment = {**os.environ, "NO_PROXY": "127.0.0.1,localhost", "DISABLETELEMETRY": "1"}
    answer = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if answer.returncode != 0:
        last = (answer.stderr or answer.stdout).strip().rsplit("\n", 1)[-1]
        raise UnavailableError(f"{failure}: {last[:200]}")
