"""From the newest images of keys to rows: each item apart, so that one can be left out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from migrate.item.decode import decoded
from migrate.ledger.commit import LoadedItem, TargetColumns, Unit
from migrate.ledger.rejects import Reject
from migrate.mapping.compile import RowFunction
from migrate.mapping.lane import FastLane
from migrate.mapping.spec import Mapping
from migrate.pipeline.unit_of_items import map_item, new_unit

Lines = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Image:
    """A key's newest image, typed JSON, and the shard that its change came from."""

    item_key: str
    raw: bytes
    shard: int


@dataclass(frozen=True, slots=True)
class Rows:
    """What an image makes: `lines[k]` are COPY lines of the mapping's k-th table; `bad` are rejects
    of elements of its lists, which go with it."""

    image: Image
    lines: Lines
    bad: Sequence[Reject] = ()


@dataclass(slots=True)
class Made:
    """Images by what they make: rows, no rows by rule (tombstones, filtered ones), or a reject."""

    rows: list[Rows] = field(default_factory=list)
    without_rows: list[Image] = field(default_factory=list)
    refused: list[tuple[Image, Reject]] = field(default_factory=list)


class ImageMapper:
    """Maps images of one model: ordinary ones by the fast lane, the others by the complete path."""

    def __init__(self, mapping: Mapping) -> None:
        self._function = RowFunction(mapping)
        self._lane = FastLane(mapping)
        self.targets: Sequence[TargetColumns] = self._function.targets

    def together(self, images: Sequence[Image]) -> tuple[list[list[str]], Made]:
        """(lines by table of all that make rows, what had to go the complete path). It is faster
        than `made`, and nobody can tell afterwards whose a line is."""
        mapped = self._lane.map_items([image.raw for image in images])
        made = Made()
        for place in mapped.left:
            self._completely(images[place], made)
        for rows in made.rows:
            for lines, more in zip(mapped.lines, rows.lines, strict=True):
                lines += more
        return mapped.lines, made

    def made(self, images: Iterable[Image]) -> Made:
        """Each image with its own lines."""
        made = Made()
        for image in images:
            mapped = self._lane.map_items([image.raw])
            if mapped.loaded:
                made.rows.append(Rows(image, mapped.lines))
            elif mapped.left:
                self._completely(image, made)
            else:
                made.without_rows.append(image)
        return made

    def _completely(self, image: Image, made: Made) -> None:
        unit = self._unit(image)
        for one in unit.items:
            bad = [_of(image, reject) for reject in one.bad]
            made.rows.append(Rows(image, one.lines, bad))
        made.refused += [(image, _of(image, reject)) for reject in unit.rejects]
        if unit.tombstones or unit.filtered:
            made.without_rows.append(image)

    def _unit(self, image: Image) -> Unit:
        unit = self.empty_unit()
        map_item(self._function, decoded(image.raw), unit)
        return unit

    def empty_unit(self) -> Unit:
        return new_unit(self._function)

    @staticmethod
    def item_of(rows: Rows) -> LoadedItem:
        """As a load would write it."""
        return LoadedItem(rows.image.item_key, decoded(rows.image.raw), rows.lines)


def _of(image: Image, reject: Reject) -> Reject:
    """Under the key that the stream names, which is how a later change finds it."""
    return dataclasses.replace(reject, item_key=image.item_key)
