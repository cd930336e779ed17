"""Applies captured changes: the newest image of each key of a batch, in one transaction with the
position behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from migrate.item.decode import decoded
from migrate.ledger import applied, captured, locks, rejects
from migrate.ledger.applied import Applied, Outcome
from migrate.ledger.captured import PendingChange
from migrate.ledger.key_hashes import key_hashes
from migrate.ledger.streams import Shard
from migrate.pipeline.follow_images import Image
from migrate.pipeline.follow_refusals import (
    Catalogue,
    catalogue,
    refuse_foreign_keys,
    refuse_other_run,
)
from migrate.pipeline.follow_rows import RowWriter, Written
from migrate.pipeline.job import Job
from migrate.target.connection import Connection
from migrate.target.unique import uniques_of

# Images in memory at once; DynamoDB's largest item has 400 KB.
_BATCH_BYTES_MAX = 8_000_000

Work = Sequence[tuple[Shard, Applied]]
"""Shards with changes that may be applied now, and how far each is."""


class MovedError(Exception):
    """The ledger is not as it was when the work was chosen; nothing was written."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The next changes of one shard. `newest`: the last of each key; `position`: the last of all.
    `oldest`: when the first was made, None: there is none, what came before was pruned."""

    shard: Shard
    held: Applied
    position: int
    changes: int
    newest: dict[str, PendingChange]
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Step:
    """What one transaction did. `oldest`: when its first change was made."""

    changes: int = 0
    models: frozenset[str] = frozenset()
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """Keys that waited and were tried again: how many stopped waiting, and the last one, None:
    there are no more behind."""

    settled: int
    last: str | None


class Applier:
    """Everything that is written for one run. Each public method is one transaction's work, to be
    called inside of it; it returns None when another command has the target."""

    def __init__(self, job: Job, run_id: str) -> None:
        self._job = job
        self._run_id = run_id
        self._catalogue: Catalogue | None = None
        self._writers: dict[str, RowWriter] = {}

    def apply(self, connection: Connection, work: Work) -> Step | None:
        """One batch a shard, until the transaction is full. Raises MovedError."""
        if not self._may_write(connection):
            return None
        changes, models, oldest = 0, set[str](), []
        for batch in self._batches(connection, work):
            self._apply(connection, batch)
            changes += batch.changes
            models.add(batch.shard.model)
            oldest += [batch.oldest] if batch.oldest else []
        return Step(changes, frozenset(models), min(oldest, default=None))

    def try_waiting(
        self, connection: Connection, model: str, after: str | None, most: int
    ) -> Tried | None:
        """Write those of the next keys that clash with nobody any more."""
        if not self._may_write(connection):
            return None
        keys = applied.waiting(connection, self._run_id, model, after, most)
        images = [Image(one.item_key, one.image, one.shard) for one in keys]
        written = self._writers[model].write(connection, images)
        stand, refused = _shards(written)
        settled = [one.item_key for one in written.stand]
        settled += [image.item_key for image, _ in written.refused]
        if settled:
            applied.take_waiting(connection, self._run_id, model, settled)
        self._keep_rejects(connection, written)
        self._count(connection, applied=stand, rejected=refused)
        return Tried(len(settled), keys[-1].item_key if len(keys) == most else None)

    def prune(self, connection: Connection, before: datetime, most: int) -> int | None:
        """Forget applied changes that were captured before then; at most so many."""
        if not self._may_write(connection):
            return None
        return captured.prune(connection, self._run_id, before, most)

    def refuse(self, connection: Connection) -> None:
        """Raises AskOperatorError where nothing may be written, whoever has the target."""
        refuse_other_run(connection, self._run_id)
        found = catalogue(connection, self._job.target_tables)
        refuse_foreign_keys(found)
        if found != self._catalogue:
            self._learn(connection)
            self._catalogue = found

    def _may_write(self, connection: Connection) -> bool:
        if not locks.lock_for_batch(connection):
            return False
        self.refuse(connection)
        # A deferred unique constraint would else speak up at the commit, too late to find a row.
        connection.execute("set constraints all immediate")
        return True

    def _learn(self, connection: Connection) -> None:
        uniques = uniques_of(connection, self._job.target_tables)
        for mapping in self._job.mappings:
            if mapping.model in self._writers:
                self._writers[mapping.model].learn(uniques)
            else:
                self._writers[mapping.model] = RowWriter(mapping, uniques)

    def _batches(self, connection: Connection, work: Work) -> Iterator[Batch]:
        left, bytes_left = self._job.follow.batch_changes, _BATCH_BYTES_MAX
        for shard, held in work:
            if left <= 0 or bytes_left <= 0:
                return
            changes = captured.pending(connection, shard.shard, held.position, left, bytes_left)
            left -= len(changes)
            bytes_left -= sum(len(one.image) for one in changes if one.image)
            yield _batch(shard, held, changes)

    def _apply(self, connection: Connection, batch: Batch) -> None:
        model, shard = batch.shard.model, batch.shard
        if not applied.advance(connection, self._run_id, shard, batch.held, batch.position):
            raise MovedError
        if not batch.newest:
            return
        keys = list(batch.newest)
        hashes = key_hashes(keys)
        waited = applied.take_waiting_of(connection, self._run_id, model, hashes)
        rejects.supersede(connection, self._run_id, model, hashes)
        writer = self._writers[model]
        writer.remove(connection, self._run_id, [decoded(key.encode()) for key in keys])
        written = writer.write(connection, _images(batch))
        applied.wait(connection, self._run_id, model, written.waiting)
        self._keep_rejects(connection, written)
        stand, refused = _shards(written)
        removed = sum(1 for one in batch.newest.values() if one.image is None)
        superseded = Counter(waited.values())
        superseded[shard.shard] += batch.changes - len(batch.newest)
        stand[shard.shard] += removed
        self._count(
            connection,
            applied=stand,
            superseded=superseded,
            rejected=refused,
            deleted=Counter({shard.shard: removed}),
        )

    def _keep_rejects(self, connection: Connection, written: Written) -> None:
        stored = [reject for _, reject in written.refused] + written.bad
        if stored:
            rejects.add(connection, self._run_id, stored)

    def _count(self, connection: Connection, **counts: Counter[int]) -> None:
        """Counts by shard, by their names in Outcome."""
        for shard in {shard for counter in counts.values() for shard in counter}:
            outcome = Outcome(**{name: counter[shard] for name, counter in counts.items()})
            applied.count(connection, self._run_id, shard, outcome)


def _batch(shard: Shard, held: Applied, changes: Sequence[PendingChange]) -> Batch:
    if changes:
        newest = {one.item_key: one for one in changes}
        oldest = min(one.at for one in changes)
        return Batch(shard, held, changes[-1].sequence, len(changes), newest, oldest)
    # All up to here was pruned before the run began.
    assert shard.position is not None
    return Batch(shard, held, shard.position, 0, {}, None)


def _images(batch: Batch) -> list[Image]:
    return [
        Image(one.item_key, one.image, batch.shard.shard)
        for one in batch.newest.values()
        if one.image is not None
    ]


def _shards(written: Written) -> tuple[Counter[int], Counter[int]]:
    """By shard: the images that are applied, and those that are refused."""
    return _by_shard(written.stand), _by_shard(image for image, _ in written.refused)


def _by_shard(images: Iterable[Image]) -> Counter[int]:
    return Counter(one.shard for one in images)
