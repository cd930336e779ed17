"""How fast a scan asks: whoever owns the budget of read units decides, around each request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from migrate.source.page import Page


class Pace(Protocol):
    """Calls `ask` when there is room for it, again while DynamoDB throttles, and keeps count of
    the read units that the page says it cost."""

    def __call__(self, ask: Callable[[], Page]) -> Page: ...


def at_once(ask: Callable[[], Page]) -> Page:
    """No budget: each request at once."""
    return ask()
