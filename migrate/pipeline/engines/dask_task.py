"""What runs on a cluster's worker: what it says of itself, and its share of a phase.

Nothing here is raised to dask: it would log an error's text and the arguments of the task.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path

import migrate
from migrate.aws import given_endpoint
from migrate.errors import FixInputError, MigrateError
from migrate.mapping.compile import RowFunction
from migrate.pipeline.engines.outcome import outcome_of
from migrate.pipeline.job import Job
from migrate.pipeline.worker import work
from migrate.target.connection import connect, translated
from migrate.target.same import sees_sign

TARGET_VARIABLE = "MIGRATE_TARGET_URL"
_LAYERS = ("item", "ledger", "mapping", "pipeline", "source", "target")


def versions() -> dict[str, str]:
    """What must be the same everywhere. Plain values: another version may have other classes."""
    return {
        "migrate": f"{migrate.__version__} (code {_code_hash()[:12]})",
        "distributed": metadata.version("distributed"),
        "Python": ".".join(platform.python_version_tuple()[:2]),
    }


@functools.cache
def _code_hash() -> str:
    """SHA-256 in hex over the modules that make rows: two builds may bear the same version."""
    root = Path(migrate.__file__).parent
    content = hashlib.sha256()
    for path in sorted(path for layer in _LAYERS for path in (root / layer).rglob("*.py")):
        content.update(f"{path.relative_to(root).as_posix()}\0".encode())
        content.update(path.read_bytes())
    return content.hexdigest()


def unlike(here: Mapping[str, str], there: Mapping[str, str]) -> str:
    """What differs in the first difference of two `versions`; empty: nothing."""
    for name, version in here.items():
        if there.get(name) != version:
            return f"has {name} {there.get(name, 'in no version')}, this command has {version}"
    return ""


def without_secrets(job: Job) -> Job:
    """The job as it travels: workers take the target's URL from their own environment. The
    exports' lists of files stay behind as well; each part names its own."""
    return dataclasses.replace(job, target=dataclasses.replace(job.target, url=""), export=None)


def look_around(
    job: Job, mapping_hashes: Mapping[str, str], files: Sequence[str], sign: int
) -> MigrateError | None:
    """What keeps this worker from doing its share."""
    return outcome_of(_look_around, job, mapping_hashes, files, sign)


def _look_around(
    job: Job, mapping_hashes: Mapping[str, str], files: Sequence[str], sign: int
) -> None:
    job = _with_target(job)
    _check_mappings(job, mapping_hashes)
    _check_source(job, files)
    with connect(job.target, name="migrate load") as connection, translated("the target"):
        if not sees_sign(connection, sign):
            raise FixInputError(
                f"its {TARGET_VARIABLE} leads to another database than this command's",
                "give every worker the URL of the same database, and of its writer",
            )


def _with_target(job: Job) -> Job:
    url = os.environ.get(TARGET_VARIABLE)
    if not url:
        raise FixInputError(
            f"its environment has no {TARGET_VARIABLE}",
            "the URL holds a password and does not travel: set it where the worker is started",
        )
    return dataclasses.replace(job, target=dataclasses.replace(job.target, url=url))


def _check_mappings(job: Job, mapping_hashes: Mapping[str, str]) -> None:
    for mapping in job.mappings:
        if mapping.hash != mapping_hashes[mapping.model]:
            raise FixInputError(
                f"it reads the mapping of {mapping.model} as {mapping.hash[:12]}, this command as"
                f" {mapping_hashes[mapping.model][:12]}",
                "start the workers from the same image as this command",
            )
        try:
            RowFunction(mapping)
        except ValueError as error:  # a named function that is not there
            raise FixInputError(
                f"the mapping of {mapping.model} does not compile there: {error}",
                "put the module with the mappings' functions on every worker",
            ) from None


def _check_source(job: Job, files: Sequence[str]) -> None:
    given = given_endpoint("dynamodb") or ""
    if job.source.endpoint is None and given.startswith("http"):
        raise FixInputError(
            "its environment names a DynamoDB endpoint, this command reads from AWS",
            "unset AWS_ENDPOINT_URL_DYNAMODB and AWS_ENDPOINT_URL on the worker",
        )
    for file in files:
        if not Path(file).is_file():
            raise FixInputError(
                f"{file} does not exist there",
                "an export in a folder must lie under the same path on every worker;"
                " one in a bucket (s3://) needs no folder",
            )


def work_here(
    job: Job, run_id: str, phase: int, expected: Mapping[str, str]
) -> MigrateError | None:
    """This worker's share of a phase. It checks itself: it may have joined after the others."""
    return outcome_of(_work_here, job, run_id, phase, expected)


def _work_here(job: Job, run_id: str, phase: int, expected: Mapping[str, str]) -> None:
    difference = unlike(expected, versions())
    if difference:
        raise FixInputError(
            f"a worker {difference}", "start the workers from the same image as this command"
        )
    work(_with_target(job), run_id, phase, _is_wanted())


def _is_wanted() -> Callable[[], bool]:
    """Whether the command still waits for this task: dask never stops one that runs."""
    from distributed import get_worker

    worker = get_worker()
    key = worker.get_current_task()

    def is_wanted() -> bool:
        task = worker.state.tasks.get(key)
        return task is not None and task.state != "cancelled"

    return is_wanted
