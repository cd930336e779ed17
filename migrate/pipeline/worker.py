"""One worker: claims segments, maps their pages, commits them as units."""

from __future__ import annotations

import resource
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from migrate.item.refusal import Refusal
from migrate.ledger import segments
from migrate.ledger.commit import LeaseLostError, LoadedItem, Unit, commit_scan
from migrate.ledger.rejects import Reject
from migrate.ledger.segments import Claim
from migrate.ledger.units import Cost
from migrate.mapping.compile import TOMBSTONE, MappedItem, RowFunction
from migrate.mapping.key import item_key_text
from migrate.mapping.path import text
from migrate.pipeline.job import Job
from migrate.pipeline.patience import Patience
from migrate.source.scan import Page, scan_client, scan_segment
from migrate.target.connection import Connection, TransientError, connect, translated


def work(job: Job, run_id: str, phase: int) -> None:
    """Load segments until none of this phase is free. Raises errors of migrate.errors."""
    worker = _Worker(job, run_id)
    try:
        while (claim := worker.claim(phase)) is not None:
            worker.load(claim)
    finally:
        worker.connection.close()


def map_items(function: RowFunction, items: list[Any], unit: Unit) -> None:
    """Put each item of a page where it belongs: rows, tombstone, filtered or reject."""
    for item in items:
        try:
            if not isinstance(item, dict):
                raise Refusal("unparsable")
            mapped = function(item)
        except Refusal as refusal:
            unit.rejects.append(item_reject(function, item, refusal))
            continue
        if isinstance(mapped, MappedItem):
            unit.items.append(loaded_item(function, item, mapped))
        elif mapped is TOMBSTONE:
            unit.tombstones += 1
        else:
            unit.filtered += 1


def new_unit(function: RowFunction) -> Unit:
    """An empty unit of the function's model."""
    mapping = function.mapping
    keys = [tuple(table.key_columns) for table in mapping.tables]
    return Unit(mapping.model, mapping.hash, function.targets, keys)


def item_reject(function: RowFunction, item: Any, refusal: Refusal) -> Reject:
    """The reject of a whole item."""
    return Reject(
        model=function.mapping.model,
        item_key=item_key_text(function.mapping, item) if isinstance(item, dict) else "{}",
        rule=refusal.rule,
        table=refusal.table,
        column=refusal.column,
        attribute=refusal.attribute,
        mapping_hash=function.mapping.hash,
        body=item,
    )


def loaded_item(function: RowFunction, item: dict[str, Any], mapped: MappedItem) -> LoadedItem:
    """An item with its rows, the account of its lists and its bad elements."""
    mapping = function.mapping
    key = item_key_text(mapping, item)
    lists: dict[str, tuple[int, int, int, int]] = {}
    bad: list[Reject] = []
    for child, counts, refused in zip(mapping.children, mapped.counts, mapped.bad, strict=True):
        name = text(child.list_path)
        before = lists.get(name, (0, 0, 0, 0))
        lists[name] = (
            before[0] + counts.read,
            before[1] + counts.rows,
            before[2] + counts.filtered,
            before[3] + counts.rejected,
        )
        bad += [
            Reject(
                mapping.model, key, one.refusal.rule, one.refusal.table, one.refusal.column,
                one.refusal.attribute, name, one.place, "", mapping.hash, one.element,
            )
            for one in refused
        ]  # fmt: skip
    return LoadedItem(key, item, mapped.lines, lists, bad)


@dataclass(slots=True)
class _Clock:
    """Wall and CPU time since the last unit."""

    wall: float
    cpu: float

    @classmethod
    def now(cls) -> _Clock:
        return cls(time.monotonic(), time.process_time())


class _Worker:
    def __init__(self, job: Job, run_id: str) -> None:
        self.job = job
        self.run_id = run_id
        self.connection: Connection = connect(job.target, name=f"migrate load {run_id}")
        self.client = scan_client(job.source)
        self.functions = {mapping.model: mapping for mapping in job.mappings}
        self.compiled: dict[str, RowFunction] = {}

    def load(self, claim: Claim) -> None:
        """One segment from its position to its end, or until its lease is lost."""
        function = self._function(claim.model)
        number = claim.units
        clock = _Clock.now()
        for unit, position, size in self._units(claim, function):
            number += 1
            cost = _cost(clock, size, resumed=claim.units > 0)
            try:
                self._commit(claim, unit, number, position, cost)
            except LeaseLostError:
                return
            clock = _Clock.now()

    def _function(self, model: str) -> RowFunction:
        if model not in self.compiled:
            self.compiled[model] = RowFunction(self.functions[model])
        return self.compiled[model]

    def _units(
        self, claim: Claim, function: RowFunction
    ) -> Iterator[tuple[Unit, dict[str, Any] | None, int]]:
        """Pages gathered until a unit is large enough: (unit, position behind it, bytes)."""
        unit, size = new_unit(function), 0
        for page in self._pages(claim):
            map_items(function, page.items, unit)
            size += page.body_bytes
            if size >= self.job.unit_bytes_max or page.next_key is None:
                yield unit, page.next_key, size
                unit, size = new_unit(function), 0

    def _pages(self, claim: Claim) -> Iterator[Page]:
        return scan_segment(
            self.client, claim.source_table, claim.segment, claim.segments_total, claim.position
        )

    def claim(self, phase: int) -> Claim | None:
        """Take a free segment, once, whatever happens to the connection meanwhile."""
        lease, patience = uuid.uuid4(), Patience()
        while True:
            try:
                with translated("the ledger"):
                    return segments.claim(self.connection, self.run_id, phase, lease)
            except TransientError as error:
                patience.spend(error)
            self._reconnect(patience)

    def _commit(
        self,
        claim: Claim,
        unit: Unit,
        number: int,
        position: dict[str, Any] | None,
        cost: Cost,
    ) -> None:
        """Commit, once, whatever happens to the connection meanwhile."""
        patience = Patience()
        while True:
            try:
                commit_scan(self.connection, claim, unit, number, position, cost)
                return
            except TransientError as error:
                patience.spend(error)
            # The ledger decides whether it happened.
            committed = self._units_committed(claim, patience)
            if committed is None:
                raise LeaseLostError
            if committed >= number:
                return

    def _units_committed(self, claim: Claim, patience: Patience) -> int | None:
        while True:
            self._reconnect(patience)
            try:
                with translated("the ledger"):
                    return segments.units_committed(self.connection, claim)
            except TransientError as error:
                patience.spend(error)

    def _reconnect(self, patience: Patience) -> None:
        self.connection.close()
        while True:
            try:
                self.connection = connect(self.job.target, name=f"migrate load {self.run_id}")
                return
            except TransientError as error:
                patience.spend(error)


def _cost(clock: _Clock, size: int, *, resumed: bool) -> Cost:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Cost(
        bytes=size,
        seconds=time.monotonic() - clock.wall,
        cpu_seconds=time.process_time() - clock.cpu,
        rss_kilobytes=peak // 1024 if sys.platform == "darwin" else peak,
        resumed=resumed,
    )
