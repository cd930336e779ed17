"""The page of findings lists every code that the code can make, and no other."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections import Counter
from pathlib import Path

import pytest

from migrate.amplify.finding_kinds import FINDING_KINDS
from migrate.amplify.notes import POLICIES
from tests.docs.pages import CHECKOUT, DOCS

_MAKER = DOCS / "reference" / "make_findings.py"
_PAGE = DOCS / "reference" / "findings.md"
_MADE_BY = {"Finding", "finding", "find", "_finding", "touch"}
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+\Z")
_KNOWN = {*FINDING_KINDS, *(one.code for one in POLICIES)}


def _sources() -> list[Path]:
    folder = CHECKOUT / "migrate"
    return [
        *sorted((folder / "amplify").rglob("*.py")),
        *sorted((folder / "pipeline").glob("convert*.py")),
    ]


def _codes(path: Path) -> set[str]:
    """Texts that look like a code, among the arguments of what makes findings."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and _name(node.func) in _MADE_BY:
            for argument in [*node.args[:2], *(one.value for one in node.keywords)]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    found |= {argument.value} if _CODE.match(argument.value) else set()
    return found


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def test_the_page_is_what_its_maker_makes() -> None:
    spec = importlib.util.spec_from_file_location("make_findings", _MAKER)
    assert spec is not None
    assert spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    assert _PAGE.read_text(encoding="utf-8") == maker.page()


@pytest.mark.parametrize(
    "path", [one for one in _sources() if one.exists()], ids=lambda one: one.stem
)
def test_every_code_that_is_made_is_listed(path: Path) -> None:
    assert _codes(path) - _KNOWN == set()


def test_every_listed_code_is_made() -> None:
    made = set().union(*(_codes(path) for path in _sources() if path.exists()))
    assert set(FINDING_KINDS) - made == set()


def test_every_code_is_listed_once_and_explained() -> None:
    listed = [*(one.code for one in FINDING_KINDS.values()), *(one.code for one in POLICIES)]
    assert [code for code, count in Counter(listed).items() if count > 1] == []
    assert all(_CODE.match(code) or code == "orphans" for code in listed)
    assert all(one.explanation.endswith(".") for one in FINDING_KINDS.values())
