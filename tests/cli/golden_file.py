"""Output that must stay as it is, letter by letter, until somebody decides otherwise."""

from __future__ import annotations

import os
from pathlib import Path

_FOLDER = Path(__file__).parent / "golden"
_UPDATE = "MIGRATE_TEST_UPDATE_GOLDEN"


def check_golden(name: str, text: str) -> None:
    """Compare `text` with the file; with MIGRATE_TEST_UPDATE_GOLDEN=1, write it anew."""
    path = _FOLDER / f"{name}.txt"
    if os.environ.get(_UPDATE):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"{path.name}; to accept it: {_UPDATE}=1"
