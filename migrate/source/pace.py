"""How fast a scan asks: whoever owns the budget of read units decides, around each request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from migrate.source.page import Page

Ask = Callable[[], Page]
"""Makes one request and returns its page."""


class Pace(Protocol):
    """Gets a request as soon as it is known, while the page before it is still to be mapped.

    Returns what waits for its page. Calls `ask` at once or when the page is wanted, as there is
    room for it; again while DynamoDB throttles; and keeps count of the read units of each page.
    """

    def __call__(self, ask: Ask) -> Ask: ...


def at_once(ask: Ask) -> Ask:
    """No budget, and nothing read ahead: the request is made when its page is wanted."""
    return ask
