"""Copies exports from S3 into a folder, in AWS's layout, as a load reads them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from migrate.aws import Source
from migrate.errors import FixInputError, RetryLaterError
from migrate.observe import FetchProgress, Observer
from migrate.source.export import DataFile, Export, Store, store_of
from migrate.source.export.checksum import new_md5
from migrate.source.export.manifest import FILES, SUMMARY, read_export

# S3 gives one stream some 100 MB/s; a few at once fill the line of most machines.
_AT_ONCE = 4
_ATTEMPTS = 3
_TICK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class _Copy:
    file: DataFile
    path: Path


def fetch(
    folders: Sequence[str], into: Path, source: Source, observer: Observer
) -> Iterator[tuple[str, Path]]:
    """Copy the exports whose manifests lie in `folders` (s3://…): each folder with its copy.

    What is there and has the right content is not fetched again. A file appears when it is whole
    and fits its MD5, an export's summary when everything else of it is there. Raises FixInputError
    for a damaged export, RetryLaterError when S3 goes away.
    """
    if not folders:
        return
    store = store_of(folders[0], source)
    exports = [read_export(store, folder) for folder in folders]
    files = sum(len(one.files) for one in exports)
    done, started = 0, time.monotonic()
    for folder, export in zip(folders, exports, strict=True):
        copy = into / "AWSDynamoDB" / export.export_id
        for _ in _data_files(store, export, copy):
            done += 1
            observer(FetchProgress(done, files, time.monotonic() - started))
        _manifests(store, folder, copy)
        yield folder, copy


def _data_files(store: Store, export: Export, copy: Path) -> Iterator[None]:
    """Yields once for each file that is there. The data of incremental exports share a folder."""
    data = (copy if export.kind == "full" else copy.parent) / "data"
    data.mkdir(parents=True, exist_ok=True)
    stop = threading.Event()
    pool = ThreadPoolExecutor(_AT_ONCE)
    try:
        copies = (_Copy(file, data / file.name) for file in export.files)
        waiting = {pool.submit(_ensure, store, one, stop) for one in copies}
        while waiting:
            done, waiting = wait(waiting, timeout=_TICK_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                future.result()
                yield
    finally:
        stop.set()  # after an error or Ctrl-C nobody waits for the rest of large files
        pool.shutdown(cancel_futures=True)


def _ensure(store: Store, one: _Copy, stop: threading.Event) -> None:
    if not stop.is_set() and not _fits(one):
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return _fetch(store, one, stop)
            except RetryLaterError:
                if attempt == _ATTEMPTS or stop.is_set():
                    raise
    return None


def _fits(one: _Copy) -> bool:
    if not one.path.is_file():
        return False
    digest = new_md5()
    with one.path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest() == one.file.md5


def _fetch(store: Store, one: _Copy, stop: threading.Event) -> None:
    digest = new_md5()
    with _whole(one.path) as part:
        with part.open("wb") as file:
            for chunk in store.chunks(one.file.location):
                if stop.is_set():
                    raise RetryLaterError(f"the copy of {one.file.name} was stopped")
                digest.update(chunk)
                file.write(chunk)
        if digest.hexdigest() != one.file.md5:
            raise FixInputError(
                f"{one.file.location} is damaged: its MD5 is not the one in the manifest",
                "make the export again; nobody may edit its files",
            )


def _manifests(store: Store, folder: str, copy: Path) -> None:
    """The summary comes last: where it is, the export is whole."""
    copy.mkdir(parents=True, exist_ok=True)
    _, names = store.listing(folder)
    stems = (SUMMARY.removesuffix(".json"), FILES.removesuffix(".json"))
    wanted = [name for name in names if name.startswith(stems) and name != SUMMARY]
    for name in (*wanted, SUMMARY):
        content = store.read(f"{folder}/{name}")
        if content is not None:
            with _whole(copy / name) as part:
                part.write_bytes(content)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A file to write in place of `path`, which takes its name when the block ends well."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
