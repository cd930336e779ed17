"""What the numbers were measured on."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.bulk_raw import psql

_SETTINGS = ("fsync", "full_page_writes", "wal_level", "max_wal_size", "shared_buffers")


def machine(server_url: str) -> dict[str, Any]:
    """Processor, cores, memory, versions, and PostgreSQL's settings that matter here."""
    with psycopg.connect(server_url) as connection:
        settings = {
            name: connection.execute("select current_setting(%s)", [name]).fetchall()[0][0]
            for name in ("server_version", *_SETTINGS)
        }
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "postgresql": settings,
        "psql": _version_of_psql(),
        "load_average": round(os.getloadavg()[0], 2),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((one.partition(": ")[2] for one in lines if one.startswith("model name")), "")


def _version_of_psql() -> str | None:
    program = psql()
    if program is None:
        return None
    answer = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=True)
    return answer.stdout.strip()
