"""Where an export lies: one way to list and read, for a local folder and for a bucket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from migrate.aws import Source
from migrate.errors import FixInputError, RetryLaterError

_S3 = "s3://"
CHUNK_BYTES = 256 * 1024
"""Read at once: bounded memory, and few calls a megabyte."""


class Store(Protocol):
    """Locations are absolute: a path, or s3://bucket/key."""

    def read(self, location: str) -> bytes | None:
        """A small file whole; None where there is none."""

    def chunks(self, location: str) -> Iterator[bytes]:
        """A file from its beginning, a chunk at a time. A missing one is a FixInputError."""

    def listing(self, location: str) -> tuple[list[str], list[str]]:
        """The names of the folders and of the files directly in a folder, sorted."""


def store_of(location: str, source: Source) -> Store:
    """The store that holds `location`. Cheap: a worker process makes its own."""
    if location.startswith(_S3):
        from migrate.source.export.s3 import S3Store

        return S3Store(source)
    return LocalStore()


def absolute(location: str) -> str:
    """The location without a slash at its end, and independent of the working folder."""
    if location.startswith(_S3):
        return _S3 + location.removeprefix(_S3).rstrip("/")
    return Path(location).expanduser().absolute().as_posix()


def parent_of(location: str) -> str:
    return location.rpartition("/")[0]


class LocalStore:
    """A folder of this machine."""

    def read(self, location: str) -> bytes | None:
        try:
            return Path(location).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise _unreadable(location, error) from error

    def chunks(self, location: str) -> Iterator[bytes]:
        try:
            with Path(location).open("rb", buffering=0) as file:
                while chunk := file.read(CHUNK_BYTES):
                    yield chunk
        except OSError as error:
            raise _unreadable(location, error) from error

    def listing(self, location: str) -> tuple[list[str], list[str]]:
        try:
            entries = sorted(Path(location).iterdir())
        except OSError as error:
            raise _unreadable(location, error) from error
        folders = [entry.name for entry in entries if entry.is_dir()]
        return folders, [entry.name for entry in entries if not entry.is_dir()]


def _unreadable(location: str, error: OSError) -> FixInputError | RetryLaterError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return missing(location)
    if isinstance(error, PermissionError | IsADirectoryError):
        return FixInputError(f"{location} cannot be read: {error.strerror}", "check its rights")
    hint = "check the disk or the mount; the same command goes on"
    return RetryLaterError(f"{location} cannot be read: {error.strerror}", hint)


def missing(location: str) -> FixInputError:
    hint = "check the location; an export must be copied whole, with its data folder"
    return FixInputError(f"{location} does not exist", hint)
