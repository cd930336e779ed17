"""What one case of a soak came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Case:
    """`problems` empty: it passed. `facts` tell how to repeat it and how much it did."""

    name: str
    seconds: float
    problems: list[str]
    facts: dict[str, Any]
