"""What must hold on every worker of a cluster before a load begins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrate.errors import DefectError, FixInputError, MigrateError, RetryLaterError
from migrate.pipeline.engines import dask_task
from migrate.pipeline.job import Job
from migrate.target.connection import connect, translated
from migrate.target.same import show_sign

_SAME_IMAGE = "start scheduler and workers from the same image as this command"


def check_versions(client: Any) -> dict[str, str]:
    """The versions that all have. Raises FixInputError, which names one that has others."""
    here = dask_task.versions()
    for name, there in _answers(client):
        if isinstance(there, BaseException):
            raise FixInputError(f"{name} cannot run migrate ({type(there).__name__})", _SAME_IMAGE)
        difference = dask_task.unlike(here, there)
        if difference:
            raise FixInputError(f"{name} {difference}", _SAME_IMAGE)
    return here


def _answers(client: Any) -> Iterator[tuple[str, Any]]:
    """The scheduler first: it unpacks what is sent to the workers."""
    try:
        yield "the scheduler", client.run_on_scheduler(dask_task.versions)
    except (ImportError, AttributeError) as error:
        yield "the scheduler", error
    found = client.run(dask_task.versions, on_error="return")
    for address in sorted(found):
        yield f"worker {address}", found[address]


def check_workers(client: Any, job: Job) -> None:
    """Target, mappings and source as each worker sees them. Raises errors of migrate.errors."""
    travelling = dask_task.without_secrets(job)
    arguments = (travelling, job.mapping_hashes, _local_files(job))
    what = f"target {job.target.shown}"
    with translated(what), connect(job.target, name="migrate load") as connection:
        sign = show_sign(connection)
        found = client.run(dask_task.look_around, *arguments, sign, on_error="return")
    for address in sorted(found):
        if found[address] is not None:
            raise _named(address, found[address])


def _local_files(job: Job) -> list[str]:
    """The first data file of each export that lies in a folder."""
    chains = (job.export or {}).values()
    firsts = [export.files[0].location for c in chains for export in c.exports if export.files]
    return [location for location in firsts if not location.startswith("s3://")]


def _named(address: str, error: BaseException) -> MigrateError:
    if not isinstance(error, MigrateError):
        return DefectError(f"worker {address} failed: {type(error).__name__}")
    kind = next(k for k in (FixInputError, RetryLaterError, MigrateError) if isinstance(error, k))
    return kind(f"worker {address}: {error.message}", error.hint)
