"""Fixtures of the pipeline's tests: a small world, and loads without processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.exported_world import ExportedWorld
from tests.small_world import SmallWorld, table_name
from tests.source.scripted_exports import Exports, scripted_exports


@pytest.fixture
def world(postgres_url: str, dynamodb_endpoint: str) -> SmallWorld:
    """Empty tables of persons and visits on the embedded emulator, and an empty database."""
    return SmallWorld(postgres_url, dynamodb_endpoint)


@pytest.fixture
def files(postgres_url: str, tmp_path: Path) -> ExportedWorld:
    """An empty folder for exports, and an empty database; DynamoDB is out of reach."""
    return ExportedWorld(postgres_url, tmp_path / "bucket")


@pytest.fixture
def inline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loads run their one worker in this process: starting another costs more than the test."""

    def run(
        count: int, task: Callable[..., None], arguments: tuple[Any, ...], **callbacks: Any
    ) -> None:
        task(*arguments)
        callbacks["on_tick"]()

    monkeypatch.setattr("migrate.pipeline.engines.processes.run_workers", run)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Exports]:
    """A scripted account with the small world's tables, both with point-in-time recovery."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
    with scripted_exports() as exports:
        for model in ("Person", "Visit"):
            exports.table(table_name(model))
        yield exports
