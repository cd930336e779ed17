"""Looks for streams and shards: what is new, what has ended, what is missing, what was lost."""

from __future__ import annotations

import functools
from datetime import datetime, timedelta

from migrate.aws import ThrottledError
from migrate.errors import FixInputError, RetryLaterError
from migrate.ledger import streams
from migrate.ledger.streams import Generation, NewShard, Shard
from migrate.pipeline import capture_look
from migrate.pipeline.capture_gaps import begins_at, shown, unread_since
from migrate.pipeline.capture_look import Look, Taken
from migrate.pipeline.capture_model import WatchedTable
from migrate.pipeline.capture_notes import LOOKS_IN_VAIN, CaptureNotes
from migrate.pipeline.capture_pool import Done, Pool
from migrate.pipeline.capture_shard import LiveShard
from migrate.pipeline.capture_tables import CaptureTables
from migrate.pipeline.horizon import SURE, read_up_to
from migrate.source.streams import children_of
from migrate.target.connection import Connection

_SECOND_CHILD_SECONDS = 5.0
_FAILED_SECONDS = 15.0
_CROWD_SECONDS = 2.0
_CROWD_LONG = timedelta(minutes=1)


class Lookout:
    """`gaps`: those that were found, in words."""

    def __init__(self, tables: CaptureTables, pool: Pool, notes: CaptureNotes) -> None:
        self._tables = tables
        self._pool = pool
        self._notes = notes
        self._knows_filter = True
        self.gaps: list[str] = []

    def ask(self, table: WatchedTable) -> None:
        """Look at a table's stream and at the shards of all that is read of it."""
        table.is_looking = True
        tables = self._tables
        arns = [one.arn for one in table.reading()]
        task = functools.partial(
            capture_look.look, tables.dynamodb, tables.client, table.table, arns, tables.now
        )
        self._pool.submit((table, table.version), task)

    def looked(self, table: WatchedTable, version: int, done: Done) -> None:
        """Take a look's answer into the ledger, or try again later; the other tables go on."""
        if done.error is None:
            self._take(table, done.result, version)
            return
        if not isinstance(done.error, FixInputError | RetryLaterError):
            raise done.error
        now = self._tables.now()
        table.is_looking = False
        table.error, table.failing_since = done.error, table.failing_since or now
        # An account may list ten times a second; the tables of a start are more than that.
        is_crowd = isinstance(done.error, ThrottledError)
        table.look_due = now + timedelta(seconds=_CROWD_SECONDS if is_crowd else _FAILED_SECONDS)
        if not is_crowd or now - table.failing_since >= _CROWD_LONG:
            self._notes.failed(table.table, done.error, now)

    def _take(self, table: WatchedTable, seen: Look, version: int) -> None:
        now = self._tables.now()

        def take(connection: Connection) -> Taken:
            # Anew: somebody may have closed a stream before it was seen switched off.
            table.generations = streams.generations(connection, table.model)
            reading = [one.number for one in table.reading()]
            return capture_look.take(connection, table.mapping, table.table, seen, reading)

        table.seen = seen
        taken = self._tables.session.run(take)
        self._tables.load_table(table)
        table.looked(seen, taken, version, now)
        self._tell(table, taken, now)
        for generation in table.reading():
            if generation.state != "open" and table.is_at_end(generation):
                self._at_end(table, generation)
            elif generation.state == "lost":
                self._judge_rest(table, generation, taken)
        self._judge_orphans(table, now)

    def _tell(self, table: WatchedTable, taken: Taken, now: datetime) -> None:
        for problem in taken.lost:
            self._tell_gap(table, problem)
        if taken.pinned is not None:
            self._notes.pinned(table.table, taken.pinned)
        if taken.refusal is not None and table.generations:
            self._notes.refused(table.table, taken.refusal, now)
        if taken.strange:
            self._notes.strange(table.table, taken.strange, now)
        self._notes.missing(table, now)

    def _judge_rest(self, table: WatchedTable, generation: Generation, taken: Taken) -> None:
        """What is left of a lost stream is given up where shards are missing: it stays complete up
        to the instant that is known."""
        has_orphans = any(number == generation.number for number, _ in table.orphans)
        is_in_vain = has_orphans and table.looks_in_vain >= LOOKS_IN_VAIN
        is_gone = table.seen is None or table.seen.listings.get(generation.arn) is None
        if is_in_vain or is_gone or generation.number in taken.broken:
            self.give_up_rest(table, generation)

    def give_up_rest(self, table: WatchedTable, generation: Generation) -> None:
        """Read nothing more of a lost stream."""
        table.settled.add(generation.number)
        self._tables.load_table(table)
        table.look_due = None

    def _judge_orphans(self, table: WatchedTable, now: datetime) -> None:
        """A parent that is not listed for so long lived and was forgotten while nobody looked."""
        for (number, shard_id), since in table.orphans.items():
            generation = table.generation(number)
            if now - since >= SURE and generation.state in {"open", "closing"}:
                self.lose(table, generation, f"the parent of {shard_id} was not listed for 23 h")
                return

    def _at_end(self, table: WatchedTable, generation: Generation) -> None:
        """A stream that is off was read to its end: by this tool's wish, or what was left of it."""

        def end(connection: Connection) -> datetime:
            known = streams.shards(connection, table.model, generation.number)
            until = unread_since(known, generation)
            streams.set_state(
                connection,
                table.model,
                generation.number,
                "ended" if generation.state == "closing" else generation.state,
                problem=generation.problem,
                complete_until=until,
            )
            return until

        until = self._tables.session.run(end)
        table.settled.add(generation.number)
        if generation.state == "lost" and until != generation.complete_until:
            self._notes.tell(
                f"{table.model}: what is left of the stream {generation.label} was read; every"
                f" change before {shown(until)} is captured"
            )
        self._tables.load_table(table)

    def shard_ended(self, table: WatchedTable, live: LiveShard) -> None:
        """Go on with its children: they are known, or DynamoDB is asked for them, or a look at all
        shards finds them."""
        table.ended(live)
        ended = live.known
        self._tables.load_table(table)
        known = [one.known for one in table.live.values()]
        if any(
            one.parent_id == ended.shard_id and one.generation == ended.generation for one in known
        ):
            return
        generation = table.generation(ended.generation)
        if self._knows_filter and generation.state == "open":
            client = self._tables.client
            task = functools.partial(children_of, client, generation.arn, ended.shard_id)
            self._pool.submit((table, ended), task)
        else:
            table.look_due = None

    def children(self, table: WatchedTable, parent: Shard, done: Done) -> None:
        """The children of a shard that ended, if DynamoDB could say them. A second one that is
        late is looked for soon."""
        self._knows_filter = done.error is not None or done.result is not None
        if not done.result:
            table.look_due = None
            return
        since = begins_at(parent, table.generation(parent.generation))
        new = [
            NewShard(one.shard_id, parent.shard_id, max(since, read_up_to(parent)), since)
            for one in done.result
        ]

        def add(connection: Connection) -> None:
            streams.add_shards(connection, parent.model, parent.generation, new)

        self._tables.session.run(add)
        self._tables.load_table(table)
        if table.look_due is not None:
            soon = self._tables.now() + timedelta(seconds=_SECOND_CHILD_SECONDS)
            table.look_due = min(table.look_due, soon)

    def lose(self, table: WatchedTable, generation: Generation, problem: str) -> None:
        """A gap: said loudly; if the stream is on, it is pinned anew with the next look."""

        def lose(connection: Connection) -> None:
            capture_look.lose(connection, generation, problem)

        self._tables.session.run(lose)
        table.settled.add(generation.number)
        self._tables.load_table(table)
        table.look_due = None
        self._tell_gap(table, problem)

    def _tell_gap(self, table: WatchedTable, problem: str) -> None:
        self.gaps.append(f"{table.model}: {problem}")
        lost = [one for one in table.generations if one.state == "lost"]
        self._notes.gap(table.model, problem, lost[-1].complete_until if lost else None)
