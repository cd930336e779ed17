"""A set of items in both forms that are compared: exports in AWS's layout, and COPY text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from benchmarks.data.copy_files import CopyFile, ModelItem, copy_files, write_copy_files
from benchmarks.data.place import made_once
from migrate.mapping.spec import Mapping
from migrate.rehearse.sample.definitions import table_name
from migrate.rehearse.sample.export_writer import ExportedTable, Layout, write_full_export

# Another version of the generators makes other data: raise it, and nobody reads old folders.
_VERSION = 1
_DATA_FILES = 8
_EXPORT_TIME = datetime(2026, 7, 1, tzinfo=UTC)

API_ID = "a" * 26
ENVIRONMENT = "bench"
REGION = "ap-northeast-1"


@dataclass(frozen=True, slots=True)
class DataSet:
    """`export` holds one full export a model; `shares`, by worker, are the rows of `workers`
    equal parts of the same items: None where no raw COPY was asked for."""

    name: str
    items: int
    mappings: Sequence[Mapping]
    export: Path
    shares: list[list[CopyFile]] | None

    @property
    def tables(self) -> list[str]:
        return list(dict.fromkeys(t.target for m in self.mappings for t in m.tables))


def data_set(
    cache: Path,
    name: str,
    items: int,
    mappings: Sequence[Mapping],
    make: Callable[[], Iterator[ModelItem]],
    *,
    copy_for_workers: int = 0,
    compression: int = 6,
) -> DataSet:
    """Read from below `cache`, or made there. `make` gives the items, the same each time; those
    of a model together."""
    place = cache / f"{name}-{items}-v{_VERSION}"
    layout = Layout(files=_DATA_FILES, compression=compression)
    export = made_once(
        place / "export", lambda folder: _write_exports(folder, mappings, make(), layout)
    )
    shares = None
    if copy_for_workers:
        rows = made_once(
            place / f"copy-{copy_for_workers}",
            lambda folder: write_copy_files(folder, mappings, make(), copy_for_workers),
        )
        shares = copy_files(rows, mappings, copy_for_workers)
    return DataSet(name, items, mappings, export, shares)


def _write_exports(
    folder: Path, mappings: Sequence[Mapping], items: Iterator[ModelItem], layout: Layout
) -> None:
    written = set()
    for model, pairs in groupby(items, itemgetter(0)):
        written.add(model)
        _write_export(folder, model, (item for _, item in pairs), layout)
    for mapping in mappings:
        if mapping.model not in written:
            _write_export(folder, mapping.model, iter(()), layout)


def _write_export(folder: Path, model: str, items: Iterator[bytes], layout: Layout) -> None:
    write_full_export(
        folder,
        ExportedTable(table_name(model, API_ID, ENVIRONMENT), REGION),
        items,
        export_time=_EXPORT_TIME,
        layout=layout,
    )
