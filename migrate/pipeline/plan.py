"""The plan: what is there on both sides, and what a load would do. Making one changes nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from migrate.aws import client
from migrate.errors import FixInputError
from migrate.ledger.segments import PlannedSegments
from migrate.mapping.spec import Mapping
from migrate.pipeline.job import Job
from migrate.pipeline.order import phases
from migrate.source.tables import SourceTable, check_key, describe
from migrate.target import definition

# AWS's guide line is one segment per 2 GB; smaller ones keep a resume short and let the work
# spread evenly, and DynamoDB charges the same for any cut.
_SEGMENT_BYTES = 256_000_000
# Below this a table is one segment: a claim and a page cost more than the items.
_SMALL_TABLE_BYTES = 1_000_000


@dataclass(frozen=True)
class Plan:
    """What `migrate plan` shows and a load carries out."""

    tables: dict[str, SourceTable]
    segments: list[PlannedSegments]
    missing: list[str]
    differences: list[str]
    statements: list[str]
    fingerprint: str

    @property
    def items_estimate(self) -> int:
        return sum(table.items_estimate for table in self.tables.values())

    @property
    def bytes_estimate(self) -> int:
        return sum(table.bytes_estimate for table in self.tables.values())

    @property
    def read_units_estimate(self) -> int:
        """Read units of one consistent scan: one for each 4 KB."""
        return math.ceil(self.bytes_estimate / 4096)

    def as_json(self) -> dict[str, Any]:
        """What `migrate plan --json` prints."""
        return {
            **asdict(self),
            "items_estimate": self.items_estimate,
            "bytes_estimate": self.bytes_estimate,
            "read_units_estimate": self.read_units_estimate,
        }


def make_plan(job: Job) -> Plan:
    """Look at both sides. Raises FixInputError for missing tables or keys that differ."""
    dynamodb = client("dynamodb", job.source)
    tables: dict[str, SourceTable] = {}
    for mapping in job.mappings:
        table = describe(dynamodb, job.source_table(mapping.model))
        check_key(mapping, table)
        tables[mapping.model] = table
    whole = definition.metadata(job.mappings)
    missing, differences = definition.differences(job.target, whole)
    return Plan(
        tables=tables,
        segments=_segments(job, tables),
        missing=missing,
        differences=differences,
        statements=definition.statements(whole),
        fingerprint=job.fingerprint(list(tables.values())),
    )


def prepare_target(job: Job, plan: Plan) -> None:
    """Create a managed target that is not there. Raises FixInputError when it does not fit."""
    if plan.differences:
        listed = "; ".join(plan.differences)
        raise FixInputError(f"the target does not fit the mappings: {listed}", _DIFFERENT_HINT)
    if not plan.missing:
        return
    if job.target_kind == "existing":
        raise FixInputError(
            f"the target lacks {', '.join(plan.missing)}",
            "the application's own migrations make an existing target; run them first",
        )
    whole = definition.metadata(job.mappings)
    if len(plan.missing) < len(whole.tables):
        there = sorted(set(whole.tables) - set(plan.missing))
        raise FixInputError(
            f"the target has {', '.join(there)}, but lacks {', '.join(plan.missing)}",
            "drop what an earlier set of mappings made (locally: --fresh), or create the rest"
            " from `migrate plan --sql`",
        )
    definition.create(job.target, whole)


_DIFFERENT_HINT = (
    "change the mapping, or the target by its own migrations;"
    " a local one is made anew with `migrate rehearse --fresh`"
)


def _segments(job: Job, tables: dict[str, SourceTable]) -> list[PlannedSegments]:
    phase_of = phases(job.mappings) if job.constraints == "keep" else {}
    return [
        PlannedSegments(
            model=model,
            source_table=table.name,
            segments_total=job.segments or segments_for(table.bytes_estimate, job.workers),
            phase=phase_of.get(model, 0),
        )
        for model, table in tables.items()
    ]


def segments_for(table_bytes: int, workers: int) -> int:
    """How many segments a table of this size is cut into."""
    if table_bytes < _SMALL_TABLE_BYTES:
        return 1
    return min(max(workers, math.ceil(table_bytes / _SEGMENT_BYTES)), 1_000_000)


def ddl(mappings: Sequence[Mapping]) -> list[str]:
    """The statements that make a managed target, in an order that works."""
    return definition.statements(definition.metadata(mappings))


def target_differences(job: Job) -> list[str]:
    """What is missing in the live target, and what differs from the mappings."""
    missing, differences = definition.differences(job.target, definition.metadata(job.mappings))
    return [f"{table} is missing" for table in missing] + differences
