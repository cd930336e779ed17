"""A page that a daemon thread asks for, so that others can work until the answer is there."""

from __future__ import annotations

import threading

from migrate.source.pace import Ask
from migrate.source.page import Page


class AskedPage:
    """The request is under way from the beginning. Nobody has to take the answer: the thread ends
    with it, and does not keep the process alive."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._page: Page | None = None
        self._error: BaseException | None = None
        self._answered = threading.Event()
        threading.Thread(target=self._run, name="page asked ahead", daemon=True).start()

    def _run(self) -> None:
        try:
            self._page = self._ask()
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever takes the page
            self._error = error
        finally:
            self._answered.set()

    def answered_within(self, seconds: float) -> bool:
        """Whether the page, or an error, was there in time."""
        return self._answered.wait(seconds)

    def take(self) -> Page:
        """The page, when it was answered. Raises the error of the request as it is."""
        if self._error is not None:
            raise self._error
        assert self._page is not None
        return self._page
