"""A project's folder with a profile and mappings, and the command line run in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from migrate.rehearse.stack import process
from migrate.rehearse.stack.stack import remove_unused
from tests.small_world import API_ID, ENVIRONMENT, PERSON, REGION, VISIT, SmallWorld

_KEPT = ("PATH", "HOME", "TMPDIR", "LANG", "PYTHONPATH")
RUN_SECONDS_MAX = 120.0
_CHECKOUT = Path(__file__).parents[1]
PROGRAM = str(Path(sys.executable).with_name("migrate"))


@dataclass(frozen=True)
class Finished:
    """A command that ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)

    @property
    def printed(self) -> str:
        return self.stdout + self.stderr


@dataclass
class Project:
    """Commands see nothing of the caller's environment but `environment`."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.folder / "rehearsals").mkdir()
        self.profile()
        self.mappings(PERSON, VISIT)

    def profile(self, name: str = "local", **parts: Any) -> None:
        """Write a profile; `parts` replace those of a plain one, key by key."""
        source = {"api_id": API_ID, "environment": ENVIRONMENT, "region": REGION}
        content: dict[str, Any] = {
            "profile": name,
            "source": {**source, **parts.pop("source", {})},
            "target": {"url": "environment", **parts.pop("target", {})},
            "load": {"workers": 2, "segments": 2, "unit_megabytes": 1, **parts.pop("load", {})},
            **parts,
        }
        path = self.folder / "rehearsals" / f"{name}.yaml"
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False))

    def mappings(self, *mappings: dict[str, Any]) -> None:
        """Replace the mappings."""
        folder = self.folder / "mappings" / "hugmedo"
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.yaml"):
            old.unlink()
        for one in mappings:
            path = folder / f"{one['source']['model']}.yaml"
            path.write_text(yaml.safe_dump(one, allow_unicode=True, sort_keys=False))

    def use(self, world: SmallWorld, endpoint: str | None = None) -> None:
        """Work on this world, or on its target and another endpoint."""
        self.environment["MIGRATE_TARGET_URL"] = world.url
        self.environment["AWS_ENDPOINT_URL_DYNAMODB"] = endpoint or str(world.source.endpoint)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """A command in a process group of its own."""
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        return subprocess.Popen(
            [PROGRAM, *arguments],
            cwd=self.folder,
            env={**kept, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> Finished:
        """A command from its start to its end."""
        return ended(self.start(*arguments))


def ended(started: subprocess.Popen[str]) -> Finished:
    """Wait for a command; one that hangs is killed, and the test fails."""
    try:
        stdout, stderr = started.communicate(timeout=RUN_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        started.kill()
        stdout, stderr = started.communicate()
        raise AssertionError(f"a command hangs: {started.args!r}\n{stderr}") from None
    return Finished(started.returncode, stdout, stderr)


def wait_until(condition: Any, what: str, seconds: float = 60.0) -> None:
    """Poll; the test fails when it takes too long."""
    assert process.wait_until(condition, seconds), f"waited in vain: {what}"


@contextmanager
def checkout(folder: Path) -> Iterator[Project]:
    """A project with the checkout's own mappings, profiles and rules, and its own embedded servers,
    which end with it."""
    project = Project(folder)
    for name in ("mappings", "rehearsals", "validation"):
        shutil.rmtree(folder / name, ignore_errors=True)
        shutil.copytree(_CHECKOUT / name, folder / name, ignore=shutil.ignore_patterns("results"))
    yield project
    remove_unused(folder / ".migrate" / "local")
