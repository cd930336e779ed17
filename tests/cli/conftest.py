"""Fixtures of the command line's tests: commands run in this process, in a project of their own."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import Finished, Project
from tests.small_world import SmallWorld


class CommandLine:
    """Runs commands as the console script does, without starting a process."""

    def __init__(
        self,
        project: Project,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        self.project = project
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Finished:
        from migrate.cli import failure
        from migrate.cli.main import cli

        with self._monkeypatch.context() as patch:
            patch.chdir(self.project.folder)
            patch.setattr(sys, "argv", ["migrate", *arguments])
            for name, value in self.project.environment.items():
                patch.setenv(name, value)
            self._capsys.readouterr()
            code = failure.run(cli)
            printed = self._capsys.readouterr()
        return Finished(code, printed.out, printed.err)


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> CommandLine:
    """`run("plan", "--json")`; its project has the small world's mappings and no servers."""
    monkeypatch.setenv("COLUMNS", "100")
    return CommandLine(Project(tmp_path), monkeypatch, capsys)


@pytest.fixture
def world(run: CommandLine, postgres_url: str, dynamodb_endpoint: str) -> SmallWorld:
    """Empty servers that `run` works on."""
    world = SmallWorld(postgres_url, dynamodb_endpoint)
    run.project.use(world)
    return world


@pytest.fixture
def inline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loads and verifications run in this process, without suites: starting others takes long."""

    def work(count: int, task: Any, arguments: Any, **callbacks: Any) -> None:
        task(*arguments)
        callbacks["on_tick"]()

    monkeypatch.setattr("migrate.pipeline.engines.processes.run_workers", work)
    monkeypatch.setattr("migrate.pipeline.verify._suites", lambda *_: nullcontext(None))


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore waits between attempts; the tests need only the attempts."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
