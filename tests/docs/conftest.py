"""The project that the pages for users start from: one small rehearsal was run in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.docs.pages import DOCS, blocks
from tests.docs.project import Project, new_project


@pytest.fixture(scope="session")
def rehearsed() -> Iterator[Project]:
    """Made by the first commands of the tutorial, so that these are executed as well."""
    tutorial = (DOCS / "tutorial/first-mapping.md").read_text(encoding="utf-8")
    first = next(block for block in blocks(tutorial) if block.is_executed)
    with new_project() as project:
        project.execute(first)
        yield project
