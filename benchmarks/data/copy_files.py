"""Finished COPY text: what our own row function makes of the items, a file a table and worker."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

from migrate.mapping.compile import MappedItem, RowFunction
from migrate.mapping.spec import Mapping

ModelItem = tuple[str, bytes]

_CHUNK_ITEMS = 2000
_MAKERS = 2


@dataclass(frozen=True, slots=True)
class CopyFile:
    """Rows of one table for one worker."""

    table: str
    columns: tuple[str, ...]
    path: Path


def write_copy_files(
    folder: Path, mappings: Sequence[Mapping], items: Iterable[ModelItem], workers: int
) -> None:
    """Write the rows of `items` below `folder`; stretches of items go to the workers in turn."""
    context = multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        pool = stack.enter_context(context.Pool(_MAKERS, _start, (list(mappings),)))
        files: dict[tuple[str, str], IO[str]] = {
            (one.path.parent.name, one.table): stack.enter_context(one.path.open("w", newline=""))
            for share in copy_files(folder, mappings, workers)
            for one in share
        }
        for number, made in enumerate(pool.imap(_lines, _chunks(items))):
            _write(files, str(number % workers), made)


def copy_files(folder: Path, mappings: Sequence[Mapping], workers: int) -> list[list[CopyFile]]:
    """The files by worker. Models that share a table have a file together."""
    columns: dict[str, tuple[str, ...]] = {}
    for mapping in mappings:
        for table in mapping.tables:
            assert columns.setdefault(table.target, tuple(table.columns)) == tuple(table.columns)
    found = []
    for worker in range(workers):
        (folder / str(worker)).mkdir(parents=True, exist_ok=True)
        found.append(
            [CopyFile(t, names, folder / str(worker) / f"{t}.copy") for t, names in columns.items()]
        )
    return found


def _write(files: dict[tuple[str, str], IO[str]], worker: str, made: dict[str, list[str]]) -> None:
    for table, lines in made.items():
        files[worker, table].writelines(lines)


def _chunks(items: Iterable[ModelItem]) -> Iterator[list[ModelItem]]:
    left = iter(items)
    while chunk := list(islice(left, _CHUNK_ITEMS)):
        yield chunk


_functions: dict[str, RowFunction] = {}


def _start(mappings: list[Mapping]) -> None:
    _functions.update({mapping.model: RowFunction(mapping) for mapping in mappings})


def _lines(chunk: list[ModelItem]) -> dict[str, list[str]]:
    import orjson

    made: dict[str, list[str]] = {}
    for model, item in chunk:
        function = _functions[model]
        mapped = function(orjson.loads(item))
        assert isinstance(mapped, MappedItem)  # the data are clean
        for (table, _), lines in zip(function.targets, mapped.lines, strict=True):
            made.setdefault(table, []).extend(lines)
    return made
