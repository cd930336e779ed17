"""Writes docs/reference/findings.md from the registries: `python docs/reference/make_findings.py`.

A test compares the page with what this makes, so that no code is ever missing from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from migrate.amplify.finding_kind import FindingKind
from migrate.amplify.kinds_of_account import ACCOUNT_KINDS
from migrate.amplify.kinds_of_reading import READING_KINDS
from migrate.amplify.kinds_of_writing import WRITING_KINDS
from migrate.amplify.notes import POLICIES

PAGE = Path(__file__).parent / "findings.md"

_HEAD = """\
# Findings of a conversion

This page is made from the registries: `uv run python docs/reference/make_findings.py`. Do not edit
it.

`migrate convert` writes what needs a decision to `findings.md` and `findings.json`: a code, where
it is, why, and the choices. An *error* makes the command end with exit code 1; a *warning* was
converted in the safest way and wants to be read; an *info* says what was chosen.
"""
_READING = """
## Reading the app

What Amplify does with the schema that a person should know.

"""
_WRITING = """
## Writing mappings

What PostgreSQL cannot take as it is.

"""
_ACCOUNT = """
## Comparing with an account

Only with `--from-aws`.

"""
_POLICIES = """
## Choices made for many fields

One finding lists all the fields it holds for.

"""


def page() -> str:
    """The whole page."""
    policies = (
        FindingKind(one.code, one.severity, _sentence(one.message), one.choices) for one in POLICIES
    )
    parts = [_HEAD, _READING, _table(READING_KINDS), _WRITING, _table(WRITING_KINDS)]
    parts += [_POLICIES, _table(policies), _ACCOUNT, _table(ACCOUNT_KINDS)]
    return "".join(parts)


def _sentence(message: str) -> str:
    return f"{message[:1].upper()}{message[1:]}."


def _table(kinds: Iterable[FindingKind]) -> str:
    lines = ["| code | severity | meaning | choices |\n|---|---|---|---|\n"]
    for kind in kinds:
        choices = "; ".join(kind.choices)
        cells = (f"`{kind.code}`", kind.severity, kind.explanation, choices)
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n")
    return "".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
