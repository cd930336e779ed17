"""Opens a profile's environment: the job with its source and target, embedded where it says so."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from migrate.aws import Source
from migrate.errors import FixInputError
from migrate.mapping.spec import Mapping
from migrate.pipeline.exported import chains
from migrate.pipeline.following import FollowSettings
from migrate.pipeline.job import Job
from migrate.pipeline.limits import Limits, RejectLimit
from migrate.rehearse.profile import Profile
from migrate.rehearse.stack.stack import local_stack
from migrate.source.export import Chain
from migrate.target.connection import Target


@dataclass(frozen=True, slots=True)
class Reading:
    """What the command line says about reading, beyond the profile."""

    export: str | None = None
    offline: bool = False
    accept_edited_manifest: bool = False
    engine: str | None = None

    def location(self, profile: Profile) -> str | None:
        """Where exports lie that are read; None: the tables are. Raises FixInputError for words
        about an export where there is none."""
        found = self.export or profile.source.export
        if found is None and (self.offline or self.accept_edited_manifest):
            word = "--offline" if self.offline else "--accept-edited-manifest"
            raise FixInputError(f"{word} is about an export, and none is named", "add --export")
        return found


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
    read: Reading | None = None,
) -> Iterator[Job]:
    """The job of a profile. Embedded servers run until the end of the block.

    Without `need_target` none is asked for, and the job's target must not be used. `read` says
    what the command line adds: an export to read instead of the tables, which `offline` needs no
    DynamoDB for.

    The environment wins over the profile: MIGRATE_TARGET_URL, AWS_ENDPOINT_URL_DYNAMODB (or
    AWS_ENDPOINT_URL). `fresh` wipes the embedded stack first.
    """
    read = read or Reading()
    is_alone = read.location(profile) is not None and read.offline
    endpoint = _endpoint(profile)
    url = _target_url(profile) if need_target else ""
    wants_source = need_source and endpoint == "embedded" and not is_alone
    if fresh and "embedded" not in (endpoint, url):
        raise FixInputError(
            "--fresh wipes the embedded stack, but this profile and environment use none",
            "unset MIGRATE_TARGET_URL and AWS_ENDPOINT_URL_DYNAMODB, or leave --fresh out",
        )
    if not wants_source and url != "embedded":
        yield _job(profile, mappings, endpoint, str(url), workers, read)
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
            read,
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
    read: Reading,
) -> Job:
    assert url is not None
    source = Source(profile.source.region, None if endpoint == "embedded" else endpoint)
    location = read.location(profile)
    return Job(
        profile=profile.profile,
        mappings=mappings,
        source=source,
        export=_chains(profile, mappings, source, location, read) if location else None,
        offline=read.offline,
        engine=read.engine or profile.load.engine,
        lease_seconds=profile.load.lease_seconds,
        consistent_read=profile.load.consistent_read,
        limits=_limits(profile),
        follow=FollowSettings(**profile.follow.model_dump()),
        api_id=profile.source.api_id,
        environment=profile.source.environment,
        target=Target(url, profile.target.allow_unverified_tls),
        target_kind=profile.target.kind,
        constraints=profile.target.constraints,
        workers=workers or profile.load.workers or os.cpu_count() or 1,
        workers_chosen=bool(workers or profile.load.workers),
        segments=profile.load.segments,
        unit_bytes_max=profile.load.unit_megabytes * 1_000_000,
    )


def _chains(
    profile: Profile, mappings: Sequence[Mapping], source: Source, location: str, read: Reading
) -> dict[str, Chain]:
    return chains(
        location,
        source,
        mappings,
        profile.source.api_id,
        profile.source.environment,
        accept_edited_manifest=read.accept_edited_manifest,
    )


def _limits(profile: Profile) -> Limits:
    load, costs = profile.load, profile.costs
    return Limits(
        read_units_per_second=load.read_units_per_second,
        read_units_max=load.read_units_max,
        cost_max=costs.max,
        rejects=None if load.rejects_max is None else RejectLimit.of(load.rejects_max),
        price_per_million_read_units=costs.per_million_read_units,
        price_per_exported_gigabyte=costs.per_exported_gigabyte,
        currency=costs.currency,
    )
