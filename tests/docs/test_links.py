"""Links between the pages lead somewhere, and every page is reached from the index."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import CHECKOUT, DOCS, anchors, links, name_of, pages


def _targets(page: Path) -> list[tuple[str, Path, str]]:
    found = []
    for link in links(page.read_text(encoding="utf-8")):
        if "://" not in link and not link.startswith("mailto:"):
            path, _, anchor = link.partition("#")
            found.append((link, (page.parent / path).resolve() if path else page, anchor))
    return found


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    broken = [
        link
        for link, path, anchor in _targets(page)
        if not path.exists() or (anchor and anchor not in anchors(path.read_text(encoding="utf-8")))
    ]
    assert broken == []


def test_every_page_is_in_the_index() -> None:
    listed = {path for _, path, _ in _targets(DOCS / "README.md")}
    assert sorted(name_of(page) for page in set(DOCS.rglob("*.md")) - listed) == ["docs/README.md"]


def test_the_readme_leads_to_the_index() -> None:
    for name in ("README.md", "README.ja.md"):
        reached = {path for _, path, _ in _targets(CHECKOUT / name)}
        assert DOCS / "README.md" in reached
