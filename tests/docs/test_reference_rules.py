"""The table of rules has every rule, and says of each what to do next."""

from __future__ import annotations

import re

import pytest

from migrate.pipeline.inspect_advice import ADVICE
from migrate.report.text import Texts
from tests.docs.pages import DOCS

_PAGE = (DOCS / "reference/mapping-language.md").read_text(encoding="utf-8")
_ROWS = re.findall(
    r"^\| `([a-z0-9-]+)` \| (.+) \| (.+) \|$", _PAGE.split("## Rules")[1], re.MULTILINE
)
_NO_COLUMN = {"unparsable", "unknown-attribute", "duplicate", "key-clash", "orphan"}


def _rules() -> list[str]:
    """The rules that reports have a name for."""
    names = Texts.load("en").entries
    return [name.removeprefix("rules.") for name in names if name.startswith("rules.")]


def test_every_rule_is_listed_once_in_the_order_of_reports() -> None:
    assert [rule for rule, _, _ in _ROWS] == _rules()


@pytest.mark.parametrize("row", _ROWS, ids=[rule for rule, _, _ in _ROWS])
def test_a_rule_says_what_to_do_next(row: tuple[str, str, str]) -> None:
    _, broken_when, to_do = row
    assert len(broken_when) > 10
    assert re.fullmatch(r"[A-Z].{20,}\.", to_do)


def test_a_patch_has_advice_for_every_rule_of_a_column() -> None:
    assert set(_rules()) - set(ADVICE) == _NO_COLUMN
