"""All tables that are captured, as the ledger has them, and the clients that ask for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from migrate.aws import client
from migrate.ledger import streams
from migrate.ledger.streams import Generation, Shard
from migrate.pipeline.capture_model import WatchedTable
from migrate.pipeline.job import Job
from migrate.pipeline.session import Session
from migrate.source.streams import ShardReader, streams_client
from migrate.target.connection import Connection

Now = Callable[[], datetime]
_RELOAD_SECONDS = 0.5


class CaptureTables:
    """The tables of a job. The ledger decides: everything here can be forgotten and read again."""

    def __init__(self, job: Job, session: Session, now: Now, requests: int) -> None:
        self.now = now
        self.session = session
        self.idle_seconds = job.follow.idle_seconds
        self.dynamodb = client("dynamodb", job.source, retries={"total_max_attempts": 1})
        self.client = streams_client(job.source, requests)
        self.all = [
            WatchedTable(mapping, job.source_table(mapping.model)) for mapping in job.mappings
        ]
        self._reloaded_at = now()

    def close(self) -> None:
        self.client.close()
        self.dynamodb.close()

    def load(self) -> None:
        """Bring everything up to the ledger."""
        for table in self.all:
            self.load_table(table)

    def load_table(self, table: WatchedTable) -> None:
        def load(connection: Connection) -> None:
            table.load(connection, self._reader_of, self.now())

        self.session.run(load)

    def load_anew(self) -> None:
        """Only the ledger knows what was landed: answers under way are not wanted any more."""
        for table in self.all:
            table.forget_readers()
        self.load()

    def _reader_of(self, generation: Generation, shard: Shard) -> ShardReader:
        return ShardReader(
            self.client, generation.arn, shard.shard_id, shard.position, shard.digits
        )

    def reload_states(self) -> None:
        """See whether somebody closed, ended or mended a generation, or pinned another one."""
        now = self.now()
        if (now - self._reloaded_at).total_seconds() < _RELOAD_SECONDS:
            return
        self._reloaded_at = now
        found = self.session.run(lambda connection: streams.generations(connection))
        for table in self.all:
            states = [(one.number, one.state) for one in found if one.model == table.model]
            if states != [(one.number, one.state) for one in table.generations]:
                self.load_table(table)
                table.look_due = None

    def next_due(self) -> datetime | None:
        """When something is to be asked again."""
        looks = [one.look_due for one in self.all if one.look_due and not one.is_looking]
        reads = [live.due for table in self.all for live in table.readable() if not live.is_asked]
        return min([*looks, *reads], default=None)
