"""Where an export lies: a local folder, or a bucket. Files come as bytes, chunk by chunk."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from migrate import aws
from migrate.errors import FixInputError, RetryLaterError

# Objects are asked for range by range and each range is read at once: a stream that is left open
# while its items are compared would be closed by the other side as idle.
_RANGE_BYTES = 8_000_000
_READ_BYTES = 1_000_000
_TRIES = 3

_ABSENT_CODES = {"404", "NoSuchKey", "NoSuchBucket"}


def is_s3(location: str) -> bool:
    """Whether the location is in a bucket."""
    return location.startswith("s3://")


def joined(location: str, *names: str) -> str:
    """The location of what lies below another one."""
    return posixpath.join(location, *names) if is_s3(location) else str(Path(location, *names))


def parent(location: str) -> str:
    """The location above."""
    return (
        location.rstrip("/").rpartition("/")[0] if is_s3(location) else str(Path(location).parent)
    )


def bucket_and_key(location: str) -> tuple[str, str]:
    """Of an s3:// location."""
    bucket, _, key = location.removeprefix("s3://").partition("/")
    return bucket, key


class Store:
    """Opens files by location. `client` makes a client of S3, once a bucket is asked for."""

    def __init__(self, client: Callable[[], Any]) -> None:
        self._make_client = client
        self._client: Any = None

    def close(self) -> None:
        """Close the client, if one was needed."""
        if self._client is not None:
            self._client.close()

    def chunks(self, location: str) -> Iterator[bytes]:
        """The file's bytes, in order. Raises FixInputError when it is not there."""
        return self._object(location) if is_s3(location) else _file(location)

    def content(self, location: str) -> bytes:
        """The bytes of a small file."""
        return b"".join(self.chunks(location))

    def _object(self, location: str) -> Iterator[bytes]:
        if self._client is None:
            self._client = self._make_client()
        bucket, key = bucket_and_key(location)
        with self._translated(location):
            size = self._client.head_object(Bucket=bucket, Key=key)["ContentLength"]
        for start in range(0, size, _RANGE_BYTES):
            end = min(start + _RANGE_BYTES, size)
            yield self._range(location, start, end)

    def _range(self, location: str, start: int, end: int) -> bytes:
        bucket, key = bucket_and_key(location)
        asked = f"bytes={start}-{end - 1}"
        for tries in range(1, _TRIES + 1):
            try:
                with self._translated(location):
                    answer = self._client.get_object(Bucket=bucket, Key=key, Range=asked)
                    return bytes(answer["Body"].read())
            except RetryLaterError:  # botocore tries requests again, not bodies that are cut
                if tries == _TRIES:
                    raise
        raise AssertionError("the last try returns or raises")

    @contextmanager
    def _translated(self, location: str) -> Iterator[None]:
        with aws.translated(location, "S3"):
            try:
                yield
            except self._client.exceptions.ClientError as error:
                if error.response.get("Error", {}).get("Code") in _ABSENT_CODES:
                    raise _absent(location) from error
                raise


def _file(location: str) -> Iterator[bytes]:
    try:
        with Path(location).open("rb") as file:
            while chunk := file.read(_READ_BYTES):
                yield chunk
    except (FileNotFoundError, NotADirectoryError) as error:
        raise _absent(location) from error
    except (PermissionError, IsADirectoryError) as error:
        message = f"{location} cannot be read: {error.strerror}"
        raise FixInputError(message, "check the folder and its permissions") from error
    except OSError as error:
        message = f"{location} cannot be read: {error.strerror}"
        raise RetryLaterError(message, "check the disk or the mount, then verify anew") from error


def _absent(location: str) -> FixInputError:
    hint = "an export is complete when its manifests and every file they name are there"
    return FixInputError(f"{location} does not exist", hint)
