"""A bucket as the store of exports: streamed, and never unpacked to disk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from migrate.aws import Source, client, given_endpoint, translated
from migrate.errors import FixInputError
from migrate.source.export.store import CHUNK_BYTES, missing

_BUCKET = re.compile(r"[A-Za-z0-9._-]{1,255}")
_MISSING_CODES = {"NoSuchKey", "NoSuchBucket", "404"}


class S3Store:
    """Any endpoint that speaks S3."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @cached_property
    def _client(self) -> Any:
        return s3_client(self._source)

    def read(self, location: str) -> bytes | None:
        with translated(location, "S3"):
            answer = self._get(location)
            if answer is None:
                return None
            with answer["Body"] as body:
                content: bytes = body.read()
                return content

    def chunks(self, location: str) -> Iterator[bytes]:
        with translated(location, "S3"):
            answer = self._get(location)
        if answer is None:
            raise missing(location)
        body = answer["Body"]
        try:
            while chunk := _next_chunk(body, location):
                yield chunk
        finally:
            body.close()

    def _get(self, location: str) -> Any:
        from botocore.exceptions import ClientError

        bucket, key = _place(location)
        try:
            return self._client.get_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _MISSING_CODES:
                return None
            raise

    def listing(self, location: str) -> tuple[list[str], list[str]]:
        bucket, key = _place(location)
        prefix = f"{key}/" if key else ""
        folders: list[str] = []
        files: list[str] = []
        with translated(location, "S3"):
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=bucket, Prefix=prefix, Delimiter="/"):
                folders += [
                    one["Prefix"][len(prefix) : -1] for one in page.get("CommonPrefixes", [])
                ]
                files += [one["Key"][len(prefix) :] for one in page.get("Contents", [])]
        return sorted(filter(None, folders)), sorted(filter(None, files))


def _next_chunk(body: Any, location: str) -> bytes:
    with translated(location, "S3"):
        chunk: bytes = body.read(CHUNK_BYTES)
        return chunk


def _place(location: str) -> tuple[str, str]:
    bucket, _, key = location.removeprefix("s3://").partition("/")
    if not _BUCKET.fullmatch(bucket):
        raise FixInputError(f"{location!r} names no bucket", "write s3://bucket/prefix")
    return bucket, key


def s3_client(source: Source) -> Any:
    """A client of S3 where the tables of `source` are exported to."""
    endpoint = s3_endpoint(source)
    # Readers check the MD5 of every file themselves; path style, because the host of an endpoint
    # of one's own seldom answers to bucket.host.
    return client(
        "s3",
        Source(source.region, endpoint),
        response_checksum_validation="when_required",
        s3={"addressing_style": "auto" if endpoint is None else "path"},
    )


def s3_endpoint(source: Source) -> str | None:
    """The endpoint the environment names, else the source's where that is an emulator's."""
    given = given_endpoint("s3")
    if given == "aws":
        return None
    if given and given != "embedded":
        return given
    return source.endpoint if source.is_local else None
