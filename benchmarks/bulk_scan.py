"""The live scan, whole commands from start to end: ours, ingestr's, and a script with pandas."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import bulk_ingestr
from benchmarks.bulk_endpoint import Endpoint
from benchmarks.bulk_rounds import alternating, middle, ratio
from benchmarks.bulk_target import checkpoint
from benchmarks.data.dataset import API_ID, ENVIRONMENT, REGION

_PROFILE = """\
profile: bench
source: {{api_id: {api_id}, environment: {environment}, region: {region}, endpoint: "{endpoint}"}}
target: {{url: environment}}
load: {{workers: {workers}}}
"""


@dataclass(frozen=True, slots=True)
class ScanSetting:
    """What every line works on. `folder` holds mappings/ and what is installed."""

    folder: Path
    endpoint: Endpoint
    target_url: str
    items: int
    workers: int
    rounds: int


def scan_lines(setting: ScanSetting, skipped: dict[str, str]) -> dict[str, Any]:
    """Seconds of each line, and ratios to ours; what cannot run goes into `skipped`."""
    own = _OwnCommand(setting)
    own.seconds()  # makes the tables, and every file that is read lies in memory afterwards
    lines = {"our scan": own.seconds, "boto3 and pandas.to_sql": lambda: _pandas(setting)}
    program: Path | None = None
    try:
        program = bulk_ingestr.installed(setting.folder)
        _ingestr(setting, program)
        lines["ingestr"] = lambda: _ingestr(setting, program)
    except bulk_ingestr.UnavailableError as reason:
        skipped["scan.ingestr_seconds"] = str(reason)
    seconds = alternating(lines, setting.rounds)
    ours = seconds["our scan"]
    others = {name: seconds.get(name) for name in ("boto3 and pandas.to_sql", "ingestr")}
    boto3, ingestr = others.values()
    return {
        "items": setting.items,
        "seconds": middle(ours),
        "loading_seconds": own.loading_seconds,
        "boto3_seconds": middle(boto3) if boto3 else None,
        "ingestr_seconds": middle(ingestr) if ingestr else None,
        "ratio_to_boto3": ratio(boto3, ours) if boto3 else None,
        "ratio_to_ingestr": ratio(ingestr, ours) if ingestr else None,
        "rounds": seconds,
    }


class _OwnCommand:
    """`migrate load`, as a user starts it."""

    def __init__(self, setting: ScanSetting) -> None:
        self._setting = setting
        self.loading_seconds = 0.0
        profiles = setting.folder / "rehearsals"
        profiles.mkdir(exist_ok=True)
        text = _PROFILE.format(
            api_id=API_ID, environment=ENVIRONMENT, region=REGION,
            endpoint=setting.endpoint.url, workers=setting.workers,
        )  # fmt: skip
        (profiles / "bench.yaml").write_text(text)

    def seconds(self) -> float:
        checkpoint(self._setting.target_url)
        program = Path(sys.executable).parent / "migrate"
        command = [
            str(program), "load", "--profile", "bench", "--again", "--json",
            "--mappings", str(self._setting.folder / "mappings"),
        ]  # fmt: skip
        environment = {"MIGRATE_TARGET_URL": self._setting.target_url}
        started = time.monotonic()
        answer = _run(command, self._setting.folder, environment)
        seconds = time.monotonic() - started
        result = json.loads(answer)
        assert result["items"] == self._setting.items, result
        self.loading_seconds = result["seconds"]
        return seconds


def _ingestr(setting: ScanSetting, program: Path) -> float:
    checkpoint(setting.target_url)
    return bulk_ingestr.copy_seconds(
        program, setting.endpoint.url, REGION, setting.endpoint.table, setting.target_url
    )


def _pandas(setting: ScanSetting) -> float:
    checkpoint(setting.target_url)
    started = time.monotonic()
    answer = module(
        "benchmarks.bulk_pandas", "--endpoint", setting.endpoint.url, "--region", REGION,
        "--source", setting.endpoint.table, "--url", setting.target_url,
    )  # fmt: skip
    assert int(answer) == setting.items
    return time.monotonic() - started


def client_cpu(setting: ScanSetting) -> dict[str, Any]:
    """CPU of the client alone, ours and boto3's own parser, in processes of their own."""

    def line(parser: str) -> float:
        answer = json.loads(
            module(
                "benchmarks.bulk_client", "--endpoint", setting.endpoint.url, "--region", REGION,
                "--source", setting.endpoint.table, "--parser", parser,
            )
        )  # fmt: skip
        assert answer["items"] == setting.items
        return float(answer["cpu_seconds"])

    seconds = alternating(
        {"client CPU, ours": lambda: line("ours"), "client CPU, boto3": lambda: line("boto3")},
        setting.rounds,
    )
    own, boto3 = seconds["client CPU, ours"], seconds["client CPU, boto3"]
    return {
        "client_cpu_ratio": ratio(own, boto3),
        "client_cpu_microseconds": round(middle(own) / setting.items * 1e6, 1),
        "boto3_client_cpu_microseconds": round(middle(boto3) / setting.items * 1e6, 1),
    }


def module(name: str, *arguments: str) -> str:
    """What `python -m name` prints."""
    return _run([sys.executable, "-m", name, *arguments], Path(__file__).parent.parent, {})


def _run(command: list[str], folder: Path, more: dict[str, str]) -> str:
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
    answer = subprocess.run(
        command,
        cwd=folder,
        env={**environment, **more},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, f"{command[1:3]} failed: {answer.stderr[-2000:]}"
    return answer.stdout
