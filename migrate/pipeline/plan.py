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


_FIRST_CONTACT = {"mode": "standard", "total_max_attempts": 4}


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
    # Whoever mistyped the endpoint learns it within seconds, not after the patience of a load.
    dynamodb = client("dynamodb", job.source, retries=_FIRST_CONTACT)
    tables: dict[str, SourceTable] = {}
    for mapping in job.mappings:
        table = describe(dynamodb, job.source_table(mapping.model))
        check_key(mapping, table)
        tables[mapping.model] = table
    missing, differences = _target(job)
    return Plan(
        tables=tables,
        segments=_segments(job, tables),
        missing=missing,
        differences=differences,
        statements=ddl(job.mappings),
        fingerprint=job.fingerprint(list(tables.values())),
    )


def _target(job: Job) -> tuple[list[str], list[str]]:
    """(tables that a load would create, what it would refuse).

    A managed target is created whole or not at all, an existing one never.
    """
    whole = definition.metadata(job.mappings)
    missing, differences = definition.differences(job.target, whole)
    if job.target_kind == "managed" and len(missing) == len(whole.tables):
        return missing, differences
    return [], [f"{table} is missing" for table in missing] + differences


def prepare_target(job: Job, plan: Plan) -> None:
    """Create a managed target that is not there. Raises FixInputError when it does not fit."""
    if plan.differences:
        listed = "; ".join(plan.differences)
        raise FixInputError(
            f"the target does not fit the mappings: {listed}", _HINTS[job.target_kind]
        )
    if plan.missing:
        definition.create(job.target, definition.metadata(job.mappings))


_HINTS = {
    "existing": "change the mapping, or run the application's own migrations: they make the target",
    "managed": "change the mapping, or the target (`migrate plan --sql` shows what is wanted);"
    " a local one is made anew with `migrate rehearse --fresh`",
}


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
