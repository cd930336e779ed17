"""The example that puts items says in one line what is wrong with its input, and ends with 2."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import CHECKOUT, DOCS

_GOOD = '{"model": "User", "item": {"id": {"S": "hidden"}}}'

_CASES = {
    "a wrong model": (f'{_GOOD}\n{{"model": "Usr", "item": {{}}}}', "items:2 names a model that"),
    "no model": ('{"item": {"id": {"S": "hidden"}}}', "items:1 names a model that no mapping has"),
    "bad JSON": (f'{_GOOD}\n{{"model": "User", hidden', "items:2 is not JSON"),
    "an empty line": (f"{_GOOD}\n\n{_GOOD}", "items:2 is not JSON"),
    "no item": ('{"model": "User", "item": "hidden"}', "items:1 has no item"),
    "no object": ("[1]", "items:1 has no item"),
}


@pytest.mark.parametrize("case", _CASES)
def test_bad_input_is_said_in_one_line(case: str, tmp_path: Path) -> None:
    text, wanted = _CASES[case]
    (tmp_path / "items").write_text(text, encoding="utf-8")
    (tmp_path / "rehearsals").symlink_to(CHECKOUT / "rehearsals")
    example, mappings = DOCS / "examples/put_items.py", CHECKOUT / "mappings/hugmedo"
    found = subprocess.run(
        [sys.executable, example, "local", mappings, "items"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    first, hint = found.stderr.splitlines()
    assert found.returncode == 2
    assert first.startswith(f"error: {wanted}")
    assert hint.startswith("hint:")
    assert "hidden" not in found.stderr
