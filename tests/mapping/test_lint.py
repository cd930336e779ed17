"""Broken mappings: every problem at once, at its place, with the hint that mends it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from migrate.errors import Problem, SpecError
from migrate.mapping.files import load_mappings
from tests.mapping.lint_files import FOLDER, Case, lint_cases


def problems_in(folder: Path) -> list[Problem]:
    with pytest.raises(SpecError) as caught:
        load_mappings(folder)
    return caught.value.problems


@pytest.mark.parametrize("case", lint_cases())
def test_every_problem_is_told_at_its_place(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in case["files"].items():
        Path(name).write_bytes(text.encode())

    found = problems_in(Path())

    places = [[one.file, one.line, one.column] for one in found]
    expected = sorted(case["problems"], key=lambda one: one[:3])
    assert places == [one[:3] for one in expected], [(p.where, p.message, p.hint) for p in found]
    for problem, (*_, message, hint) in zip(found, expected, strict=True):
        assert message in problem.message
        assert hint in problem.hint


def test_problems_show_their_line(tmp_path: Path) -> None:
    (tmp_path / "Thing.yaml").write_bytes(b"mapping: 1\r\ncolums: {}\r\n")
    lines = {problem.source_line for problem in problems_in(tmp_path)}
    assert lines == {"mapping: 1", "colums: {}"}


def test_printed_form(tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The caret stands under the place, also behind tabs and full-width characters."""
    from migrate.cli.failure import show_problems

    monkeypatch.chdir(FOLDER / "printed")
    show_problems(problems_in(Path()))
    expected = (FOLDER / "printed" / "expected.txt").read_text(encoding="utf-8")
    assert capsys.readouterr().err == expected
