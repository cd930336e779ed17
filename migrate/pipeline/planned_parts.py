"""How the source is cut into parts: what one worker reads from start to end."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from migrate.ledger.parts import PlannedPart
from migrate.pipeline.job import Job
from migrate.pipeline.order import phases
from migrate.source.export import Chain
from migrate.source.tables import SourceTable

# AWS's guide line is one segment per 2 GB; smaller ones keep a resume short and let the work
# spread evenly, and DynamoDB charges the same for any cut.
_SEGMENT_BYTES = 256_000_000
# Below this a table is one segment: a claim and a page cost more than the items.
_SMALL_TABLE_BYTES = 1_000_000

# Within one place of the reference order: what landing brings must be there before full exports
# are read, and no row of a changed item may come twice, so its image comes behind them.
_FULL, _CHANGES, _STEPS = 0, 1, 2


def planned_parts(job: Job, tables: Mapping[str, SourceTable]) -> list[PlannedPart]:
    """The parts of a run, with phases where some must wait for others."""
    place = phases(job.mappings) if job.constraints == "keep" else {}
    found: list[PlannedPart] = []
    for model, table in tables.items():
        phase = place.get(model, 0)
        if job.export is None:
            found += _segments(job, model, table, phase)
        else:
            found += parts_of_chain(model, job.export[model], phase * _STEPS)
    return found


def _segments(job: Job, model: str, table: SourceTable, phase: int) -> Iterator[PlannedPart]:
    total = job.segments or segments_for(table.bytes_estimate, job.workers)
    for segment in range(total):
        place = {"table": table.name, "segment": segment, "segments_total": total}
        weight = table.bytes_estimate // total
        yield PlannedPart(model, "segment", place, phase, weight)


def segments_for(table_bytes: int, workers: int) -> int:
    """How many segments a table of this size is cut into."""
    if table_bytes < _SMALL_TABLE_BYTES:
        return 1
    return min(max(workers, math.ceil(table_bytes / _SEGMENT_BYTES)), 1_000_000)


def parts_of_chain(model: str, chain: Chain, phase: int) -> Iterator[PlannedPart]:
    """The files of a full export; behind and before it what its incremental exports bring."""
    for number, file in chain.change_files:
        place = {**file.as_json(), "export": number}
        yield PlannedPart(model, "change-file", place, -1, file.items)
    has_changes = bool(chain.incrementals)
    for file in chain.full.files:
        place = {**file.as_json(), "has_changes": has_changes}
        yield PlannedPart(model, "file", place, phase + _FULL, file.items)
    if has_changes:
        yield PlannedPart(model, "changes", {}, phase + _CHANGES)
