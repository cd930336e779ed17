"""Asks shards and tables, and hears their answers.

Requests run in threads; the ledger is only touched by the thread that calls this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from migrate.aws import ThrottledError
from migrate.errors import FixInputError, RetryLaterError
from migrate.ledger.streams import Heard, Shard
from migrate.pipeline.capture_gaps import gap_of_age, gap_of_missing
from migrate.pipeline.capture_landing import Answered, Landing
from migrate.pipeline.capture_lookout import Lookout
from migrate.pipeline.capture_model import WatchedTable
from migrate.pipeline.capture_notes import CaptureNotes
from migrate.pipeline.capture_pool import Done, Pool
from migrate.pipeline.capture_shard import LiveShard
from migrate.pipeline.capture_tables import CaptureTables
from migrate.source.streams import Answer, GoneError, HorizonError, TrimmedError


class CaptureRound:
    """One round after the other: submit what is due, receive what is there."""

    def __init__(self, tables: CaptureTables, pool: Pool, notes: CaptureNotes) -> None:
        self.tables = tables
        self.landing = Landing(tables)
        self.lookout = Lookout(tables, pool, notes)
        self._pool = pool
        self._notes = notes

    def submit(self) -> None:
        """Ask what is due, as far as there is room; those that wait longest come first."""
        now = self.tables.now()
        for table in self.tables.all:
            if not table.is_looking and (table.look_due is None or table.look_due <= now):
                self.lookout.ask(table)
        due = [
            (live.due, number, table, live)
            for number, table in enumerate(self.tables.all)
            for live in table.readable()
            if not live.is_asked and live.due <= now
        ]
        for _, _, table, live in sorted(due, key=lambda one: one[:2]):
            if self._pool.under_way >= self._pool.room:
                return
            self.ask(table, live, live.reader.read)

    def ask(self, table: WatchedTable, live: LiveShard, task: Callable[[], object]) -> None:
        """One request of a shard, unless the oldest record that is left may come too late."""
        if table.live.get(live.known.shard) is not live:
            return  # its stream was found lost a moment ago
        if live.reader.begins_at_horizon:
            gap = gap_of_age(live.known, self.tables.now())
            if gap is not None:
                self._gap(table, live, gap)
                return
        live.is_asked = True
        self._pool.submit((table, live), task)

    def receive(self, found: Iterable[Done]) -> None:
        """Land what shards said; act on looks and failures."""
        answers: list[Answered] = []
        for done in found:
            table, owner = done.owner
            if isinstance(owner, Shard):
                self.lookout.children(table, owner, done)
            elif isinstance(owner, int):
                self.lookout.looked(table, owner, done)
            elif table.live.get(owner.known.shard) is owner:
                owner.is_asked = False
                answers.append(Answered(table, owner, done))
        ended = self.landing.land(
            [one for one in answers if isinstance(one.done.result, Answer) and _is_live(one)]
        )
        for table, live in ended:
            self.lookout.shard_ended(table, live)
        for one in answers:
            if one.done.error is not None and _is_live(one):
                self._failed(one.table, one.live, one.done.error)

    def _failed(self, table: WatchedTable, live: LiveShard, error: Exception) -> None:
        now = self.tables.now()
        if isinstance(error, HorizonError):
            live.due = now
        elif isinstance(error, TrimmedError):
            self._missing(table, live, "trimmed", now)
        elif isinstance(error, GoneError):
            self._missing(table, live, "gone", now)
        elif isinstance(error, ThrottledError):
            self._notes.throttled(table.table, live, live.throttled(now), now)
        elif isinstance(error, FixInputError | RetryLaterError):
            live.failed(error, now)
            self._notes.failed(table.table, error, now)
        else:
            raise error

    def _missing(self, table: WatchedTable, live: LiveShard, what: str, now: datetime) -> None:
        """What stood behind the position is trimmed or gone: a gap, or nothing that was unread."""
        gap = gap_of_missing(live.known, now, what)
        if gap is not None:
            self._gap(table, live, gap)
        elif what == "trimmed":
            live.reader.read_from_horizon()
            live.due = now
        else:
            heard = _end_of(live.known)
            if self.landing.write([], [heard]):
                live.learn(heard)
                self.lookout.shard_ended(table, live)

    def _gap(self, table: WatchedTable, live: LiveShard, problem: str) -> None:
        generation = table.generation(live.known.generation)
        if generation.state == "lost":  # what was left of it has gone too
            self.lookout.give_up_rest(table, generation)
        else:
            self.landing.write_silence(at_once=True)
            self.lookout.lose(table, generation, problem)


def _is_live(one: Answered) -> bool:
    """Whether its answer is still wanted: positions may have been read anew meanwhile."""
    return one.table.live.get(one.live.known.shard) is one.live


def _end_of(shard: Shard) -> Heard:
    """Nothing comes any more; all that there was is captured."""
    return Heard(
        shard=shard.shard,
        before=shard.position,
        position=shard.position,
        captured=0,
        is_closed=True,
        read_at=shard.read_at,
        silent_since=shard.silent_since,
        at=None,
    )
