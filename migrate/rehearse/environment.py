"""Opens a profile's environment: the job with its source and target, embedded where it says so."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from migrate.aws import Source
from migrate.errors import FixInputError
from migrate.mapping.spec import Mapping
from migrate.pipeline.job import Job
from migrate.rehearse.profile import Profile
from migrate.rehearse.stack.stack import local_stack
from migrate.target.connection import Target

STACK_FOLDER = Path(".migrate") / "local"


@contextmanager
def opened(
    profile: Profile,
    mappings: Sequence[Mapping],
    *,
    workers: int | None = None,
    fresh: bool = False,
    need_source: bool = True,
    need_target: bool = True,
) -> Iterator[Job]:
    """The job of a profile. Embedded servers run until the end of the block.

    Without `need_target` none is asked for, and the job's target must not be used.

    The environment wins over the profile: MIGRATE_TARGET_URL, AWS_ENDPOINT_URL_DYNAMODB (or
    AWS_ENDPOINT_URL). `fresh` wipes the embedded stack first.
    """
    endpoint = _endpoint(profile)
    url = _target_url(profile) if need_target else ""
    wants_source = need_source and endpoint == "embedded"
    if fresh and "embedded" not in (endpoint, url):
        raise FixInputError(
            "--fresh wipes the embedded stack, but this profile and environment use none",
            "unset MIGRATE_TARGET_URL and AWS_ENDPOINT_URL_DYNAMODB, or leave --fresh out",
        )
    if not wants_source and url != "embedded":
        yield _job(profile, mappings, endpoint, str(url), workers)
        return
    with local_stack(
        STACK_FOLDER, need_source=wants_source, need_target=url == "embedded", fresh=fresh
    ) as stack:
        yield _job(
            profile,
            mappings,
            stack.dynamodb_endpoint if wants_source else endpoint,
            stack.target_url if url == "embedded" else url,
            workers,
        )


def _endpoint(profile: Profile) -> str | None:
    """The endpoint's URL, `embedded`, or None for AWS itself."""
    given = os.environ.get("AWS_ENDPOINT_URL_DYNAMODB") or os.environ.get("AWS_ENDPOINT_URL")
    wanted = given or profile.source.endpoint
    if wanted == "aws":
        return None
    if wanted != "embedded" and not wanted.startswith(("http://", "https://")):
        raise FixInputError("the DynamoDB endpoint is not a URL", "write http://host:port, or aws")
    return wanted


def _target_url(profile: Profile) -> str:
    given = os.environ.get("MIGRATE_TARGET_URL")
    if given:
        return given
    if profile.target.url == "embedded":
        return "embedded"
    raise FixInputError(
        f"profile {profile.profile} takes its target from the environment, and none is set",
        "set MIGRATE_TARGET_URL=postgresql://user@host:5432/database?sslmode=verify-full",
    )


def _job(
    profile: Profile,
    mappings: Sequence[Mapping],
    endpoint: str | None,
    url: str | None,
    workers: int | None,
) -> Job:
    assert url is not None
    return Job(
        profile=profile.profile,
        mappings=mappings,
        source=Source(profile.source.region, None if endpoint == "embedded" else endpoint),
        api_id=profile.source.api_id,
        environment=profile.source.environment,
        target=Target(url, profile.target.allow_unverified_tls),
        target_kind=profile.target.kind,
        constraints=profile.target.constraints,
        workers=workers or profile.load.workers or os.cpu_count() or 1,
        segments=profile.load.segments,
        unit_bytes_max=profile.load.unit_megabytes * 1_000_000,
    )
