"""Named functions that the cases call."""

from __future__ import annotations

from typing import Any


def full_name(family: str | None, given: str | None) -> str | None:
    if family is None and given is None:
        return None
    if family is None or given is None:
        raise ValueError("half a name")
    return f"{family} {given}"


def same(value: Any) -> Any:
    return value
