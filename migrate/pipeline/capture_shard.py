"""A shard that is read: how often it is asked, and what its answers say to the ledger."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from migrate.ledger.captured import CapturedChange
from migrate.ledger.streams import Heard, Shard
from migrate.mapping.key import item_key_text
from migrate.mapping.spec import Mapping
from migrate.pipeline.capture_gaps import SILENCE, UNBROKEN
from migrate.source.streams import Answer, ShardReader

_PAUSE_SECONDS_FIRST = 0.2
_REFUSED_SECONDS_FIRST, _REFUSED_SECONDS_MAX = 0.5, 10.0
_FAILED_SECONDS_FIRST, _FAILED_SECONDS_MAX = 0.5, 30.0


@dataclass(eq=False, slots=True)
class LiveShard:
    """`known`: as the ledger has it, with what is not written yet. `quiet_since`: since when this
    process got nothing but empty answers. `refused`: how often in a row DynamoDB throttled."""

    known: Shard
    reader: ShardReader
    mapping: Mapping
    due: datetime
    is_asked: bool = False
    quiet_since: datetime | None = None
    failing_since: datetime | None = None
    error: Exception | None = None
    refused: int = 0
    unwritten: Heard | None = None
    """An empty answer that the ledger does not know of yet: it is told of them now and then."""
    _pause: float = field(default=0.0)

    def took(self, answer: Answer, asked_at: datetime) -> tuple[Heard, list[CapturedChange]]:
        """What the ledger is told of an answer."""
        records = answer.records
        shard = self.known.shard
        changes = [
            CapturedChange(
                shard, one.sequence, item_key_text(self.mapping, one.key), one.kind, one.image,
                one.old_image, one.at,
            )
            for one in records
        ]  # fmt: skip
        heard = Heard(
            shard=shard,
            before=self.known.position,
            position=records[-1].sequence if records else self.known.position,
            captured=len(records),
            is_closed=answer.is_end,
            read_at=asked_at,
            silent_since=None if records else self._silent_since(asked_at),
            at=records[-1].at if records else None,
            digits=records[-1].digits if records else None,
        )
        proven = [self.known.complete_until, _complete_until(heard)]
        until = max((one for one in proven if one is not None), default=None)
        return dataclasses.replace(heard, complete_until=until), changes

    def _silent_since(self, asked_at: datetime) -> datetime:
        before = self.known.silent_since
        is_unbroken = asked_at - self.known.read_at <= UNBROKEN
        return before if before is not None and is_unbroken else asked_at

    def learn(self, heard: Heard) -> None:
        """The ledger has it, or will be told of it."""
        held = self.known
        self.known = dataclasses.replace(
            held,
            position=heard.position,
            captured=held.captured + heard.captured,
            state="closed" if heard.is_closed else held.state,
            read_at=heard.read_at,
            silent_since=heard.silent_since,
            at=heard.at or held.at,
            complete_until=heard.complete_until or held.complete_until,
            digits=heard.digits or held.digits,
        )

    def answered(self, answer: Answer, asked_at: datetime, now: datetime, idle: float) -> None:
        """Choose when to ask again: at once where records came, else later and later."""
        self.refused, self.failing_since, self.error = 0, None, None
        if answer.records:
            self._pause, self.quiet_since = 0.0, None
        else:
            self._pause = min(max(self._pause * 2, _PAUSE_SECONDS_FIRST), idle)
            self.quiet_since = self.quiet_since or asked_at
        self.due = now + timedelta(seconds=self._pause)

    def throttled(self, now: datetime) -> float:
        """Slow down; the seconds of the pause."""
        self.refused += 1
        return self._later(now, _REFUSED_SECONDS_FIRST, _REFUSED_SECONDS_MAX)

    def failed(self, error: Exception, now: datetime) -> float:
        """Try again later; the seconds of the pause."""
        self.error, self.failing_since = error, self.failing_since or now
        return self._later(now, _FAILED_SECONDS_FIRST, _FAILED_SECONDS_MAX)

    def _later(self, now: datetime, first: float, most: float) -> float:
        self._pause = min(max(self._pause * 2, first), most)
        self.due = now + timedelta(seconds=self._pause)
        return self._pause


def _complete_until(heard: Heard) -> datetime | None:
    """The instant up to which this answer proves that all is captured, if it proves any.

    The second of the last change may hold more of them. Long silence proves all but its last
    minutes.
    """
    if heard.at is not None:
        return heard.at
    if heard.silent_since is not None and heard.read_at - heard.silent_since >= SILENCE:
        return heard.read_at - SILENCE
    return None
