"""Finds every finished export below a location by its summary, never by listing data."""

from __future__ import annotations

import re
from dataclasses import dataclass

from migrate.aws import Source
from migrate.errors import FixInputError
from migrate.source.export.manifest import SUMMARY, read_export
from migrate.source.export.model import Export
from migrate.source.export.store import Store, absolute, store_of

_EXPORT_ID = re.compile(r"[0-9]{10,}-[0-9a-f]{8}\Z")
_DATA = "data"
_DEPTH_MAX = 12


@dataclass(frozen=True, slots=True)
class Survey:
    """`exports`: in the order of their locations, each once. `unfinished`: folders of exports
    that were begun and have no summary: still running, failed, or not copied whole."""

    exports: list[Export]
    unfinished: list[str]


def find_exports(
    location: str, source: Source, *, accept_edited_manifest: bool = False
) -> list[Export]:
    """Every finished export at or below `location`: an export's folder, AWSDynamoDB, or any above.

    Unfinished ones are left out where others are found; `survey` tells them. Raises FixInputError
    where there is none, and as `read_export` for one that is not whole.
    """
    found = survey(location, source, accept_edited_manifest=accept_edited_manifest)
    if found.exports:
        return found.exports
    if found.unfinished:
        hint = "wait until DescribeExport says COMPLETED, or copy the export whole"
        raise FixInputError(f"the export {found.unfinished[0]} has no {SUMMARY}", hint)
    hint = "name an export's folder, its AWSDynamoDB folder, or one above"
    raise FixInputError(f"there is no export at or below {absolute(location)}", hint)


def survey(location: str, source: Source, *, accept_edited_manifest: bool = False) -> Survey:
    """All exports at or below `location`, finished or not."""
    place = absolute(location)
    store = store_of(place, source)
    folders, unfinished = _folders(store, place)
    exports: dict[str, Export] = {}
    for folder in folders:
        export = read_export(store, folder, accept_edited_manifest=accept_edited_manifest)
        exports.setdefault(export.arn, export)  # a second copy says the same
    return Survey(list(exports.values()), unfinished)


def _folders(store: Store, place: str) -> tuple[list[str], list[str]]:
    """The folders that hold a summary, and those of exports without one."""
    finished: list[str] = []
    unfinished: list[str] = []
    level = [place]
    for _ in range(_DEPTH_MAX):
        below: list[str] = []
        for folder in level:
            folders, files = store.listing(folder)
            if SUMMARY in files:
                finished.append(folder)
            elif _EXPORT_ID.match(folder.rpartition("/")[2]) and (files or _DATA in folders):
                unfinished.append(folder)
            else:
                below += [f"{folder}/{name}" for name in folders if name != _DATA]
        level = below
    return sorted(finished), sorted(unfinished)
