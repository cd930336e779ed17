"""No page names a package registry, a machine, or a path of somebody's machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import CHECKOUT, DOCS, name_of, pages

# In parts, so that this file names no registry either.
_REGISTRIES = re.compile(
    "|".join(
        ["py" + r"pi\.org", "python" + "hosted", "npm" + r"js\.", "crates" + r"\.io", r"simple/\b"]
    )
)
_PATHS = re.compile(r"(?<![\w.~/-])/(?:home|root|tmp|work|Users|opt|srv|mnt)/\w")
_ADDRESSES = re.compile(r"\b(?:10|172|192)\.\d{1,3}\.\d{1,3}\.\d{1,3}\b")


def _files() -> list[Path]:
    programs = [*DOCS.rglob("*.py"), *DOCS.rglob("*.json")]
    return [*pages(), *sorted(programs)]


@pytest.mark.parametrize("path", _files(), ids=name_of)
@pytest.mark.parametrize(
    "form", [_REGISTRIES, _PATHS, _ADDRESSES], ids=["registry", "path", "host"]
)
def test_a_page_names_no_place(path: Path, form: re.Pattern[str]) -> None:
    assert form.findall(path.read_text(encoding="utf-8")) == []


def test_the_usual_pages_of_a_project_are_there() -> None:
    names = {path.name for path in CHECKOUT.iterdir()}
    wanted = {
        "README.md", "README.ja.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE",
    }  # fmt: skip
    assert wanted <= names
