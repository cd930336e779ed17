"""Lands what shards answered: changes and positions of several shards in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from migrate.errors import AskOperatorError
from migrate.ledger import captured, streams
from migrate.ledger.captured import CapturedChange
from migrate.ledger.streams import Heard
from migrate.pipeline.capture_model import WatchedTable
from migrate.pipeline.capture_pool import Done
from migrate.pipeline.capture_shard import LiveShard
from migrate.pipeline.capture_tables import CaptureTables
from migrate.target.connection import Connection

_WRITE_SECONDS = 1.0
"""Empty answers are written together, so often: each is an UPDATE, and says little."""
_MOVED_TIMES_MAX = 3


class Answered(NamedTuple):
    """A shard's answer."""

    table: WatchedTable
    live: LiveShard
    done: Done


class _Landed(NamedTuple):
    one: Answered
    heard: Heard


class _MovedError(Exception):
    """Somebody else moved a shard that this process reads."""


class Landing:
    """`changes`: how many were landed. A shard is asked again only when its answer is landed."""

    def __init__(self, tables: CaptureTables) -> None:
        self._tables = tables
        self._moved = 0
        self._written_at = tables.now()
        self.changes = 0

    def land(self, answers: Sequence[Answered]) -> list[tuple[WatchedTable, LiveShard]]:
        """One transaction for what all of them said; silence is written now and then. Returns the
        shards that were read to their end."""
        changes: list[CapturedChange] = []
        landed: list[_Landed] = []
        for one in answers:
            heard, records = one.live.took(one.done.result, one.done.asked_at)
            if records or heard.is_closed:
                changes += records
                landed.append(_Landed(one, heard))
            else:
                self._learn(one, heard)
                one.live.unwritten = heard
        if not landed or not self.write(changes, [heard for _, heard in landed]):
            return []
        self.changes += len(changes)
        for one, heard in landed:
            self._learn(one, heard)
            one.live.unwritten = None
        return [(one.table, one.live) for one, heard in landed if heard.is_closed]

    def _learn(self, one: Answered, heard: Heard) -> None:
        one.live.learn(heard)
        now, idle = self._tables.now(), self._tables.idle_seconds
        one.live.answered(one.done.result, one.done.asked_at, now, idle)

    def write_silence(self, *, at_once: bool = False) -> None:
        """Tell the ledger of empty answers, so that it knows up to when shards were read."""
        now = self._tables.now()
        if not at_once and (now - self._written_at).total_seconds() < _WRITE_SECONDS:
            return
        self._written_at = now
        every = [live for table in self._tables.all for live in table.live.values()]
        silent = [(live, live.unwritten) for live in every if live.unwritten is not None]
        if silent and self.write([], [heard for _, heard in silent]):
            for live, _ in silent:
                live.unwritten = None

    def write(self, changes: list[CapturedChange], heard: list[Heard]) -> bool:
        """Changes and positions in one transaction. False: it did not happen, or nobody knows;
        everything was brought up to the ledger, and shards are asked from there."""

        def write(connection: Connection) -> bool:
            if changes:
                captured.land(connection, changes)
            if not streams.advance(connection, heard):
                raise _MovedError
            ended = [one.shard for one in heard if one.is_closed]
            if ended:
                streams.begin_children(connection, ended)
            return True

        session = self._tables.session
        try:
            if session.once(write):
                self._moved = 0
                return True
        except _MovedError:
            session.connection.rollback()
            self._refuse_rival()
        self._tables.load_anew()
        return False

    def _refuse_rival(self) -> None:
        """Once it may be `mend`, which closes what is left of a lost stream."""
        self._moved += 1
        if self._moved > _MOVED_TIMES_MAX:
            raise AskOperatorError(
                "somebody else moves the positions of the captured shards",
                "let one process capture into this target",
            )
