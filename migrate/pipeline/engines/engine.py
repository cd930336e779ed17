"""What a load asks of an engine, and which engine a job names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from migrate.errors import FixInputError
from migrate.pipeline.engines.processes import Processes
from migrate.pipeline.job import Job

DASK = "dask://"


class Engine(Protocol):
    """Runs `migrate.pipeline.worker.work`, as many times at once as it is told."""

    @property
    def workers(self) -> int:
        """How many run at once."""

    def run(
        self,
        job: Job,
        run_id: str,
        phase: int,
        count: int,
        *,
        on_tick: Callable[[], None],
        on_death: Callable[[], None],
    ) -> None:
        """Run `count` workers until all have ended. Raises the first error that one reported.

        `on_tick` is called again and again meanwhile. `on_death` is called when workers died and
        none is left: their leases are nobody's.
        """


@contextmanager
def opened(job: Job) -> Iterator[Engine]:
    """The job's engine, looked at before anything is changed.

    Raises FixInputError where it cannot be used, and RetryLaterError where it is not there.
    """
    if job.engine == "processes":
        yield Processes(job.workers)
    elif job.engine.startswith(DASK):
        from migrate.pipeline.engines.dask_engine import cluster

        with cluster(job) as engine:
            yield engine
    else:
        raise FixInputError(
            f"there is no engine {job.engine!r}", "write processes, or dask://HOST:PORT"
        )
