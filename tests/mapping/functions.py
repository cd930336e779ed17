"""Named functions that cases and generated mappings call."""

from __future__ import annotations

from typing import Any


def same(value: Any) -> Any:
    """What it is given."""
    return value


def full_name(family: str | None, given: str | None) -> str | None:
    """Both names, or nothing; half a name is refused."""
    if family is None and given is None:
        return None
    if family is None or given is None:
        raise ValueError("half a name")
    return f"{family} {given}"


def in_float(value: Any) -> float:
    """What no function may return."""
    return float(value)
