"""The sample data of a rehearsal: made in an emulator, never in an account."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from migrate.aws import client, translated
from migrate.errors import AskOperatorError
from migrate.observe import Observer, SampleProgress, silent
from migrate.pipeline.job import Job
from migrate.rehearse.profile import Profile, SampleSettings
from migrate.rehearse.sample.exports import write_sample_exports
from migrate.rehearse.sample.tables import seed as seed_tables


def prepare_sample(
    profile: Profile,
    job: Job,
    *,
    items: int | None = None,
    seed: int | None = None,
    observer: Observer = silent,
) -> dict[str, Any]:
    """Write the profile's sample into the job's source tables unless it lies there already.

    Returns {items, seed}. Raises AskOperatorError for a profile without a sample and for an
    endpoint that is not on this machine.
    """
    if profile.sample is None:
        raise AskOperatorError(
            f"profile {profile.profile} has no sample data", "add sample: {items: ..., seed: ...}"
        )
    if not job.source.is_local:
        raise AskOperatorError(
            "sample data is written into emulators on this machine only",
            "set AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:PORT, or use the profile local",
        )
    items = items or profile.sample.items
    seed = profile.sample.seed if seed is None else seed
    started = time.monotonic()

    def on_progress(written: int) -> None:
        observer(SampleProgress(written, items, time.monotonic() - started))

    with translated("the sample tables"):
        dynamodb = client("dynamodb", job.source, max_pool_connections=16)
        seed_tables(dynamodb, job.api_id, job.environment, items, seed, on_progress)
    return {"items": items, "seed": seed}


def export_sample(
    profile: Profile, folder: Path, *, items: int | None = None, seed: int | None = None
) -> dict[str, Any]:
    """Write the profile's sample as exports of its tables into a folder.

    Returns {items, seed, exports}. Raises AskOperatorError for a folder that holds exports.
    """
    wanted = profile.sample or SampleSettings()
    items = items or wanted.items
    seed = wanted.seed if seed is None else seed
    source = profile.source
    places = write_sample_exports(
        folder, source.api_id, source.environment, source.region, items, seed
    )
    return {"items": items, "seed": seed, "exports": [str(place) for place in places]}
