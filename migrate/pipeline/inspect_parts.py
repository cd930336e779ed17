"""What an inspection reads: segments of tables, or the data files of their exports."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from migrate.pipeline.inspect_tally import Tally
from migrate.pipeline.job import Job
from migrate.pipeline.planned_parts import segments_for
from migrate.source.export import Chain
from migrate.source.tables import SourceTable

# A sample is spread over so many segments: DynamoDB cuts a table by the hash of the partition
# key, so each of them starts at another place of the whole.
_SAMPLE_SEGMENTS_MAX = 64

Kind = Literal["segment", "file", "change-file"]
_Place = tuple[Kind, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Part:
    """A segment, or a data file, from a position on. `items_max` None: to its end.

    `place` says where it lies. `position` is what an earlier reading of it ended with.
    """

    model: str
    number: int
    kind: Kind
    place: dict[str, Any]
    position: dict[str, Any] | None = None
    items_max: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a part held. `position` None: it was read to its end."""

    part: Part
    tally: Tally
    position: dict[str, Any] | None
    cpu_seconds: float = 0.0


@dataclass(slots=True)
class Inspected:
    """One model's table. `complete`: every item was read. `chain`: the exports that were read
    instead of it. `parts_total`: segments, or data files, of which a sample may leave some out."""

    model: str
    table: SourceTable
    parts_total: int
    tally: Tally = field(default_factory=Tally)
    complete: bool = False
    chain: Chain | None = None
    parts_left_out: int = 0


def inspected_table(job: Job, model: str, table: SourceTable, sample: int | None) -> Inspected:
    """A table that will be scanned."""
    total = job.segments or segments_for(table.bytes_estimate, job.workers)
    if sample is not None:
        total = min(sample, _SAMPLE_SEGMENTS_MAX)
    return Inspected(model, table, total)


def inspected_export(model: str, table: SourceTable, chain: Chain, sample: int | None) -> Inspected:
    """A table whose exports will be read."""
    places = _places(chain, None)
    total = len(_chosen(places, sample))
    filled = sum(1 for _, place in places if place["items"])
    return Inspected(model, table, total, chain=chain, parts_left_out=max(0, filled - total))


def first_parts(one: Inspected, sample: int | None, newest: str | None) -> list[Part]:
    """Everything, or the first share of a sample. `newest`: the file of `write_newest`, for
    exports with incremental ones."""
    places = _segments(one) if one.chain is None else _chosen(_places(one.chain, newest), sample)
    quota = None if sample is None else math.ceil(sample / max(1, len(places)))
    return [
        Part(one.model, number, kind, place, None, quota)
        for number, (kind, place) in enumerate(places)
    ]


def _segments(one: Inspected) -> list[_Place]:
    place = {"table": one.table.name, "segments_total": one.parts_total}
    return [("segment", {**place, "segment": number}) for number in range(one.parts_total)]


def _places(chain: Chain, newest: str | None) -> list[_Place]:
    more = {"newest": newest}
    full: list[_Place] = [("file", {**file.as_json(), **more}) for file in chain.full.files]
    changes: list[_Place] = [
        ("change-file", {**file.as_json(), **more, "file": number})
        for number, (_, file) in enumerate(chain.change_files)
    ]
    return full + changes


def _chosen(places: list[_Place], sample: int | None) -> list[_Place]:
    """For a sample no empty files, and not more places than items are wanted, evenly spread."""
    if sample is None:
        return places
    filled = [place for place in places if place[1]["items"]]
    count = min(len(filled), sample)
    return [filled[number * len(filled) // count] for number in range(count)]


def further_parts(one: Inspected, done: Sequence[Found], sample: int | None) -> list[Part]:
    """Where a sample goes on, because other parts held less than their share."""
    unfinished = sorted((f for f in done if f.position is not None), key=lambda f: f.part.number)
    one.complete = not unfinished and not one.parts_left_out
    if sample is None or not unfinished:
        return []
    missing = sample - one.tally.items
    if missing <= 0:
        return []
    quota = math.ceil(missing / len(unfinished))
    return [
        Part(f.part.model, f.part.number, f.part.kind, f.part.place, f.position, quota)
        for f in unfinished
    ]


def interleaved(lists: list[list[Part]]) -> list[Part]:
    """The largest tables first, so that no long segment is left alone at the end."""
    return [part for parts in sorted(lists, key=len, reverse=True) for part in parts]
