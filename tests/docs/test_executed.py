"""Runs what the pages show, in the order in which they show it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import CHECKOUT, DOCS, Block, blocks, commands, name_of
from tests.docs.project import Project, copy_of

_TUTORIAL = DOCS / "tutorial/first-mapping.md"


def _executed(page: Path) -> list[Block]:
    return [one for one in blocks(page.read_text(encoding="utf-8")) if one.is_executed]


_PAGES = [page for page in [CHECKOUT / "README.md", *DOCS.rglob("*.md")] if _executed(page)]


@pytest.mark.parametrize("page", sorted(_PAGES), ids=name_of)
def test_a_page_does_what_it_shows(page: Path, rehearsed: Project) -> None:
    executed = _executed(page)
    if page == _TUTORIAL:
        del executed[0]  # the fixture has executed it
    with copy_of(rehearsed) as project, project.servers():
        for block in executed:
            try:
                project.execute(block)
            except AssertionError as error:
                message = f"{name_of(page)}, block at line {block.line}: {error}"
                raise AssertionError(message) from None


def test_the_index_names_the_command_that_the_pages_start_from() -> None:
    first = commands(_executed(_TUTORIAL)[0])[-1].text
    assert first in (DOCS / "README.md").read_text(encoding="utf-8")
