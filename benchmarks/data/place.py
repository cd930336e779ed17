"""Where made data lie: each set is written aside and moved into place when it is whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """`folder`, filled by `make` unless an earlier run did; a run that was cut leaves nothing."""
    if folder.exists():
        return folder
    aside = folder.with_name(f"{folder.name}.making")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    make(aside)
    aside.rename(folder)
    return folder
