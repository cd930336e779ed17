"""One worker: claims parts, maps their pages, commits them as units."""

from __future__ import annotations

import resource
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from migrate.ledger import parts
from migrate.ledger.commit import LeaseLostError, Unit, commit_unit
from migrate.ledger.parts import Claim
from migrate.ledger.units import Cost
from migrate.pipeline.job import Job
from migrate.pipeline.pace import SharedPace
from migrate.pipeline.part_reader import PartPage, PartReader
from migrate.pipeline.patience import Patience
from migrate.pipeline.unit_of_items import UnitMaker
from migrate.target.connection import Connection, TransientError, connect, translated

Result = TypeVar("Result")
Position = dict[str, Any] | None

# How often a worker without a part looks whether another one's lease has lapsed.
_LOOK_AGAIN_SECONDS = 0.2


def work(job: Job, run_id: str, phase: int) -> None:
    """Load parts until all of this phase are finished, those of lost workers too. Raises errors
    of migrate.errors."""
    worker = _Worker(job, run_id)
    try:
        while worker.unfinished(phase):
            claim = worker.claim(phase)
            if claim is None:
                time.sleep(_LOOK_AGAIN_SECONDS)
            else:
                worker.load(claim)
    finally:
        worker.connection.close()


class _Clock:
    """Wall and CPU time since the last unit, and what was read meanwhile."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.wall = time.monotonic()
        self.cpu = time.process_time()
        self.bytes = 0
        self.read_units = 0.0

    def count(self, page: PartPage) -> None:
        self.bytes += page.body_bytes
        self.read_units += page.read_units

    def cost(self, *, resumed: bool) -> Cost:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return Cost(
            bytes=self.bytes,
            read_units=self.read_units,
            seconds=time.monotonic() - self.wall,
            cpu_seconds=time.process_time() - self.cpu,
            rss_kilobytes=peak // 1024 if sys.platform == "darwin" else peak,
            resumed=resumed,
        )


class _Worker:
    def __init__(self, job: Job, run_id: str) -> None:
        self.job = job
        self.run_id = run_id
        self.connection: Connection = connect(job.target, name=f"migrate load {run_id}")
        self.mappings = {mapping.model: mapping for mapping in job.mappings}
        self.makers: dict[str, UnitMaker] = {}
        pace = SharedPace(job, run_id, self._repeated)
        self.reader = PartReader(job, run_id, self._repeated, pace, pace.listen_to)

    def load(self, claim: Claim) -> None:
        """One part from its position to its end, or until its lease is lost."""
        number = claim.units
        clock = _Clock()
        try:
            for unit, position in self._units(claim, clock):
                number += 1
                self._commit(claim, unit, number, position, clock.cost(resumed=claim.units > 0))
                clock.restart()
        except LeaseLostError:
            return

    def _units(self, claim: Claim, clock: _Clock) -> Iterator[tuple[Unit, Position]]:
        """Pages gathered until a unit is large enough, each unit with the position behind it."""
        maker = self._maker(claim.model)
        unit = maker.new_unit()
        for page in self.reader.pages(claim, claim.position):
            clock.count(page)
            self._keep(claim)
            maker.take(unit, page)
            if clock.bytes >= self.job.unit_bytes_max or page.position is None:
                yield unit, page.position
                unit = maker.new_unit()

    def _maker(self, model: str) -> UnitMaker:
        if model not in self.makers:
            self.makers[model] = UnitMaker(self.mappings[model])
        return self.makers[model]

    def unfinished(self, phase: int) -> int:
        """How many parts of the phase are not finished; 0 also when the run was replaced."""
        return self._repeated(lambda c: parts.unfinished(c, self.run_id, phase))

    def claim(self, phase: int) -> Claim | None:
        """Take a free part, once, whatever happens to the connection meanwhile."""
        lease, seconds = uuid.uuid4(), self.job.lease_seconds
        self._renewed = time.monotonic()
        return self._repeated(lambda c: parts.claim(c, self.run_id, phase, lease, seconds))

    def _keep(self, claim: Claim) -> None:
        """Renew the lease in time. Raises LeaseLostError."""
        now = time.monotonic()
        if now - self._renewed < self.job.lease_seconds / 3:
            return
        if not self._repeated(lambda c: parts.renew(c, claim)):
            raise LeaseLostError
        self._renewed = now

    def _commit(
        self, claim: Claim, unit: Unit, number: int, position: Position, cost: Cost
    ) -> None:
        """Commit, once, whatever happens to the connection meanwhile. Raises LeaseLostError."""
        patience = Patience()
        while True:
            try:
                commit_unit(self.connection, claim, unit, number, position, cost)
                self._renewed = time.monotonic()
                return
            except TransientError as error:
                patience.spend(error)
            self._reconnect(patience)
            # The ledger decides whether it happened.
            committed = self._repeated(lambda c: parts.units_committed(c, claim))
            if committed is None:
                raise LeaseLostError
            if committed >= number:
                return

    def _repeated(self, action: Callable[[Connection], Result]) -> Result:
        """A repeatable action on the ledger, in a transaction of its own."""
        patience = Patience()
        while True:
            try:
                with translated("the ledger"):
                    result = action(self.connection)
                    self.connection.commit()
                    return result
            except TransientError as error:
                patience.spend(error)
            self._reconnect(patience)

    def _reconnect(self, patience: Patience) -> None:
        self.connection.close()
        while True:
            try:
                self.connection = connect(self.job.target, name=f"migrate load {self.run_id}")
                return
            except TransientError as error:
                patience.spend(error)
