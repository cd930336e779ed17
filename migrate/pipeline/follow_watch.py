"""What an operator is told of a followed copy: gaps, keys that wait, a capture that stopped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from migrate.errors import RetryLaterError
from migrate.ledger import applied
from migrate.observe import Note, Observer
from migrate.pipeline.copies import Copy
from migrate.target.connection import Connection

_SILENCE = timedelta(seconds=30)
_NAMED_KEYS = 5
_HINT = "start `migrate capture`, and leave it running"


class Watch:
    """Says each thing once."""

    def __init__(
        self, observer: Observer, now: Callable[[], datetime], models: Sequence[str]
    ) -> None:
        self.not_followed: dict[str, str] = {}
        self._observer = observer
        self._now = now
        self._models = models
        self._seen: list[object] = []
        self._seen_at = now()
        self._said = False

    def tell_problems(self, copies: Sequence[Copy]) -> None:
        """Models that are not followed, and those that are again since exports mended their gap."""
        found = {one.model: one.problem for one in copies if one.problem}
        captured = {one.model for one in copies}
        for model in self._models:
            if model not in captured:
                found[model] = "its stream is not captured"
        for model, problem in found.items():
            if self.not_followed.get(model) != problem:
                self._observer(Note(f"{model} is not followed, copy it again: {problem}"))
        self.not_followed = found

    def check(self, copies: Sequence[Copy], *, is_awaited: bool) -> None:
        """To be called when there is nothing to apply. Raises RetryLaterError when changes are
        awaited and nothing was captured or heard for a while."""
        seen: list[object] = [
            (one.shard, one.read_at, one.state) for copy in copies for one in copy.shards
        ]
        now = self._now()
        if seen != self._seen:
            self._seen, self._seen_at, self._said = seen, now, False
        elif now - self._seen_at >= _SILENCE and not self._said:
            message = f"no stream was read for {_SILENCE.total_seconds():.0f} s"
            if is_awaited:
                raise RetryLaterError(message, _HINT)
            self._observer(Note(f"{message}; {_HINT}"))
            self._said = True

    def tell_waiting(self, connection: Connection, run_id: str, copy: Copy) -> None:
        """Name some of a model's waiting keys."""
        keys = applied.waiting(connection, run_id, copy.model, None, _NAMED_KEYS)
        listed = ", ".join(f"{one.item_key} ({one.rule}, {one.place})" for one in keys)
        more = ", ..." if copy.waiting > len(keys) else ""
        self._observer(Note(f"{copy.model}: {copy.waiting:,} keys wait: {listed}{more}"))
