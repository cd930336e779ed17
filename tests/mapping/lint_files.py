"""Reads the lint cases: broken mapping texts, and the problems that must be told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from migrate.yaml_source import read

FOLDER = Path(__file__).parent.parent / "cases" / "lint"

Case = dict[str, Any]


def lint_cases() -> list[Any]:
    """Every case of every file, with its texts by file name and its problems."""
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        for case in read(path, shown_as=path.name).value:
            name = f"{path.stem}: {case['name']}".replace(" ", "-")
            found.append(pytest.param(_completed(case), id=name))
    return found


def _completed(case: Case) -> Case:
    if "files" in case:
        return case
    problems = [["Thing.yaml", *problem] for problem in case["problems"]]
    return {**case, "files": {"Thing.yaml": case["text"]}, "problems": problems}
