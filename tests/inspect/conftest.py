"""Inspections without processes: starting one costs more than most of the tests."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest


class InlinePool:
    """A pool of this process alone: what is submitted is done at once."""

    def __init__(
        self, workers: int, context: Any, start: Callable[..., None], arguments: tuple[Any, ...]
    ) -> None:
        start(*arguments)

    def __enter__(self) -> InlinePool:
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def submit(self, task: Callable[..., Any], *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(task(*arguments))
        except Exception as error:  # noqa: BLE001 - as a pool hands it over
            future.set_exception(error)
        return future

    def shutdown(self, **settings: Any) -> None:
        return None


@pytest.fixture
def inline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are read in this process."""
    monkeypatch.setattr("migrate.pipeline.inspect.ProcessPoolExecutor", InlinePool)
