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


def always() -> bool:
    """Nobody calls this worker off: where it must stop, its process is ended."""
    return True


def work(job: Job, run_id: str, phase: int, is_wanted: Callable[[], bool] = always) -> None:
    """Load parts until all of this phase are finished, those of lost workers too, or until the
    worker is not wanted any more. Raises errors of migrate.errors."""
    worker = _Worker(job, run_id, is_wanted)
    try:
        while is_wanted() and worker.unfinished(phase):
            claim = worker.claim(phase)
            if claim is None:
                time.sleep(_LOOK_AGAIN_SECONDS)
            else:
                worker.load(claim)
    finally:
        worker.connection.close()


class _Clock:
    """Wall and CPU time since the last unit was written, and what was read meanwhile. So a unit
    pays for its own rows, and for the COMMIT of the one before."""

    def __init__(self, *, resumed: bool) -> None:
        self._resumed = resumed
        self._wall, self._cpu = time.monotonic(), time.process_time()
        self.forget()

    def forget(self) -> None:
        """Count what is read from here on."""
        self.bytes = 0
        self.read_units = 0.0

    def count(self, page: PartPage) -> None:
        self.bytes += page.body_bytes
        self.read_units += page.read_units

    def cost(self) -> Cost:
        """What the unit took until now; time begins anew."""
        wall, cpu = time.monotonic(), time.process_time()
        seconds, cpu_seconds = wall - self._wall, cpu - self._cpu
        self._wall, self._cpu = wall, cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return Cost(
            bytes=self.bytes,
            read_units=self.read_units,
            seconds=seconds,
            cpu_seconds=cpu_seconds,
            rss_kilobytes=peak // 1024 if sys.platform == "darwin" else peak,
            resumed=self._resumed,
        )


class _Worker:
    def __init__(self, job: Job, run_id: str, is_wanted: Callable[[], bool]) -> None:
        self.job = job
        self.is_wanted = is_wanted
        self.run_id = run_id
        self.connection: Connection = connect(job.target, name=f"migrate load {run_id}")
        self.mappings = {mapping.model: mapping for mapping in job.mappings}
        self.makers: dict[str, UnitMaker] = {}
        self.held: Claim | None = None
        pace = SharedPace(job, run_id, self._repeated, self._keep_held)
        self.reader = PartReader(job, run_id, self._repeated, pace, pace.listen_to)

    def load(self, claim: Claim) -> None:
        """One part from its position to its end, or until its lease is lost."""
        self.held = claim
        number = claim.units
        clock = _Clock(resumed=claim.units > 0)
        try:
            for unit, position in self._units(claim, clock):
                number += 1
                self._commit(claim, unit, number, position, clock)
                clock.forget()
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
        """Renew the lease in time. Raises LeaseLostError, also where nobody waits for the work."""
        if not self.is_wanted():
            raise LeaseLostError
        now = time.monotonic()
        if now - self._renewed < self.job.lease_seconds / 3:
            return
        if not self._repeated(lambda c: parts.renew(c, claim)):
            raise LeaseLostError
        self._renewed = now

    def _keep_held(self) -> None:
        """The same while a page is waited for."""
        if self.held is not None:
            self._keep(self.held)

    def _commit(
        self,
        claim: Claim,
        unit: Unit,
        number: int,
        position: Position,
        clock: _Clock,
    ) -> None:
        """Commit, once, whatever happens to the connection meanwhile. Raises LeaseLostError."""
        patience = Patience()
        while True:
            try:
                commit_unit(self.connection, claim, unit, number, position, clock.cost)
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
