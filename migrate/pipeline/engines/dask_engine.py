"""Units run on the workers of a dask cluster: the same units, the same ledger.

Dask starts the workers' loops and restarts those whose machine died; which part belongs to whom
is decided by the ledger's leases alone.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from migrate.errors import DefectError, MigrateError, RetryLaterError
from migrate.pipeline.engines.dask_checks import check_versions, check_workers
from migrate.pipeline.engines.dask_client import CANCELLED, connected, reaching, unreachable
from migrate.pipeline.engines.dask_task import without_secrets, work_here
from migrate.pipeline.job import Job

_TICK_SECONDS = 0.5
_CENSUS_SECONDS = 5.0
# A nanny starts a new worker within seconds, Fargate a new task within about a minute.
_WITHOUT_WORKERS_SECONDS_MAX = 120.0
_GOES_ON = "the same command goes on"


@contextmanager
def cluster(job: Job) -> Iterator[DaskEngine]:
    """The cluster that the job names, checked, for the length of the block."""
    with connected(job.engine) as (client, address):
        with reaching(address):
            threads = sum(client.nthreads().values())
            if not threads:
                raise RetryLaterError(
                    f"the dask cluster at {address} has no workers", "start some, then run again"
                )
            versions = check_versions(client)
            check_workers(client, job)
        yield DaskEngine(client, address, job.workers if job.workers_chosen else threads, versions)


class DaskEngine:
    """An `Engine`."""

    def __init__(self, client: Any, address: str, workers: int, versions: dict[str, str]) -> None:
        self.workers = workers
        self._client = client
        self._address = address
        self._versions = versions

    def run(
        self,
        job: Job,
        run_id: str,
        phase: int,
        count: int,
        *,
        on_tick: Callable[[], None],
        on_death: Callable[[], None],  # noqa: ARG002 - a dead worker's lease lapses
    ) -> None:
        travelling = without_secrets(job)
        futures: list[Any] = []
        try:
            for _ in range(count):
                with reaching(self._address):
                    futures.append(self._submitted(travelling, run_id, phase))
            self._wait_for(futures, on_tick)
        except BaseException:
            self._cancel(futures)
            raise

    def _submitted(self, job: Job, run_id: str, phase: int) -> Any:
        return self._client.submit(
            work_here,
            job,
            run_id,
            phase,
            self._versions,
            key=f"migrate-load-{uuid.uuid4()}",
            pure=False,
            retries=0,
        )

    def _cancel(self, futures: list[Any]) -> None:
        """Workers see it at the next page, and let go of their parts."""
        with suppress(OSError, *CANCELLED):
            self._client.cancel(futures, force=True, reason="the load was stopped")

    def _wait_for(self, futures: list[Any], on_tick: Callable[[], None]) -> None:
        from distributed import wait

        running = set(futures)
        census = _Census(self._client, self._address)
        while running:
            # A cancelled future is looked at below, like any that ended.
            with suppress(TimeoutError, *CANCELLED), self._client.as_current():
                wait(running, timeout=_TICK_SECONDS, return_when="FIRST_COMPLETED")
            for future in [one for one in running if one.done()]:
                running.discard(future)
                self._take(future)
            on_tick()
            census.take()

    def _take(self, future: Any) -> None:
        """What an ended task came to. Raises the error that it gave."""
        if future.status == "error":
            raise _of_task(future.exception())
        if future.status != "finished":
            raise unreachable(self._address)
        with reaching(self._address):
            outcome = future.result()
        if isinstance(outcome, MigrateError):
            raise outcome


def _of_task(error: BaseException | None) -> MigrateError:
    from distributed import KilledWorker

    if isinstance(error, KilledWorker):
        return RetryLaterError(
            "workers of the dask cluster died again and again (out of memory?)",
            f"give each more memory; {_GOES_ON}",
        )
    return DefectError(f"a task of the dask cluster failed: {type(error).__name__}")


class _Census:
    """Notices a cluster that has lost its last worker: dask would wait for ever."""

    def __init__(self, client: Any, address: str) -> None:
        self._client = client
        self._address = address
        self._taken = self._seen = time.monotonic()

    def take(self) -> None:
        now = time.monotonic()
        if now - self._taken < _CENSUS_SECONDS:
            return
        self._taken = now
        with reaching(self._address):
            if self._client.nthreads():
                self._seen = now
        if now - self._seen > _WITHOUT_WORKERS_SECONDS_MAX:
            raise RetryLaterError(
                f"the dask cluster at {self._address} has had no workers for"
                f" {_WITHOUT_WORKERS_SECONDS_MAX:.0f} s",
                f"start workers; {_GOES_ON}",
            )
