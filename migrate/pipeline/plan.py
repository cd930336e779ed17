"""The plan: what is there on both sides, and what a load would do. Making one changes nothing."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from migrate.aws import client
from migrate.errors import FixInputError
from migrate.ledger.parts import PlannedPart
from migrate.mapping.spec import Mapping
from migrate.pipeline.job import Job
from migrate.pipeline.limits import Estimate, above_a_cap, estimated
from migrate.pipeline.planned_parts import planned_parts
from migrate.source.export import Chain
from migrate.source.tables import SourceTable, check_key, describe
from migrate.target import definition

_FIRST_CONTACT = {"mode": "standard", "total_max_attempts": 4}


@dataclass(frozen=True)
class Plan:
    """What `migrate plan` shows and a load carries out. `refused`: why a load would not start
    within the profile's limits."""

    tables: dict[str, SourceTable]
    parts: list[PlannedPart]
    missing: list[str]
    differences: list[str]
    statements: list[str]
    fingerprint: str
    estimate: Estimate
    refused: str | None = None

    @property
    def items_estimate(self) -> int:
        return sum(table.items_estimate for table in self.tables.values())

    @property
    def bytes_estimate(self) -> int:
        return sum(table.bytes_estimate for table in self.tables.values())

    def as_json(self) -> dict[str, Any]:
        """What `migrate plan --json` prints."""
        return {
            **asdict(self),
            "items_estimate": self.items_estimate,
            "bytes_estimate": self.bytes_estimate,
            "read_units_estimate": self.estimate.read_units,
        }


def make_plan(job: Job) -> Plan:
    """Look at both sides. Raises FixInputError for missing tables or keys that differ."""
    tables = live_tables(job) if job.export is None else exported_tables(job, job.export)
    missing, differences = _target(job)
    estimate = estimated(
        job.limits,
        [table.bytes_estimate for table in tables.values()],
        consistent=job.consistent_read,
        scans=job.export is None,
    )
    refusal = above_a_cap(job.limits, estimate)
    return Plan(
        tables=tables,
        parts=planned_parts(job, tables),
        missing=missing,
        differences=differences,
        statements=ddl(job.mappings),
        fingerprint=job.fingerprint(list(tables.values())),
        estimate=estimate,
        refused=refusal.message if refusal else None,
    )


def live_tables(job: Job) -> dict[str, SourceTable]:
    """What DynamoDB says of each model's table."""
    # Whoever mistyped the endpoint learns it within seconds, not after the patience of a load.
    dynamodb = client("dynamodb", job.source, retries=_FIRST_CONTACT)
    tables: dict[str, SourceTable] = {}
    for mapping in job.mappings:
        table = describe(dynamodb, job.source_table(mapping.model))
        check_key(mapping, table)
        tables[mapping.model] = table
    return tables


def exported_tables(job: Job, export: AnyMapping[str, Chain]) -> dict[str, SourceTable]:
    """What the exports say of each model's table.

    Unless the job is `offline`, DynamoDB is asked too: a table that was deleted and made anew has
    the same name and another id, and its export is of something that is gone.
    """
    tables = {
        mapping.model: SourceTable(
            name=export[mapping.model].full.table_name,
            table_id=export[mapping.model].full.table_id,
            arn=export[mapping.model].full.table_arn,
            key=tuple(mapping.source.key),
            items_estimate=export[mapping.model].items,
            bytes_estimate=export[mapping.model].full.billed_bytes,
            stream_view=None,
        )
        for mapping in job.mappings
    }
    if not job.offline:
        for model, live in live_tables(job).items():
            _same_table(tables[model], live)
    return tables


def _same_table(exported: SourceTable, live: SourceTable) -> None:
    if exported.table_id != live.table_id:
        raise FixInputError(
            f"the export is of another table than today's {live.name}: its id is"
            f" {exported.table_id}, today's {live.table_id}",
            "the table was made anew since: export it again, or say --offline to load the old one",
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
    " a local one is made anew with `migrate rehearse --fresh`, which wipes the local source"
    " tables too: put your items into them again",
}


def ddl(mappings: Sequence[Mapping]) -> list[str]:
    """The statements that make a managed target, in an order that works."""
    return definition.statements(definition.metadata(mappings))


def target_differences(job: Job) -> list[str]:
    """What is missing in the live target, and what differs from the mappings."""
    missing, differences = definition.differences(job.target, definition.metadata(job.mappings))
    return [f"{table} is missing" for table in missing] + differences
