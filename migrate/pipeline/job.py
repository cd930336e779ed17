"""What a command works on: the mappings, the source and the target of one profile."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from migrate.aws import Source
from migrate.ledger.parts import LEASE_SECONDS
from migrate.mapping.spec import Mapping
from migrate.pipeline.following import FollowSettings
from migrate.pipeline.limits import Limits
from migrate.source.export import Chain
from migrate.source.tables import SourceTable, table_name
from migrate.target.connection import Target


@dataclass(frozen=True)
class Job:
    """Picklable: worker processes get it whole. Sizes in bytes; `segments` None: by size.

    `export`: by model, the exports that stand for its table; None: the tables are scanned.
    `offline`: an export's tables are not looked up in DynamoDB. `workers_chosen`: somebody named
    the number of workers; else a cluster's engine takes what the cluster has.
    """

    profile: str
    mappings: Sequence[Mapping]
    source: Source
    api_id: str
    environment: str
    target: Target
    target_kind: Literal["managed", "existing"] = "managed"
    constraints: Literal["detach", "keep"] = "detach"
    workers: int = 2
    workers_chosen: bool = True
    segments: int | None = None
    unit_bytes_max: int = 4_000_000
    lease_seconds: float = LEASE_SECONDS
    consistent_read: bool = True
    export: AnyMapping[str, Chain] | None = None
    offline: bool = False
    engine: str = "processes"
    limits: Limits = field(default_factory=Limits)
    follow: FollowSettings = field(default_factory=FollowSettings)

    def source_table(self, model: str) -> str:
        return table_name(model, self.api_id, self.environment)

    @property
    def source_tables(self) -> dict[str, str]:
        """Model to the name of its DynamoDB table."""
        return {mapping.model: self.source_table(mapping.model) for mapping in self.mappings}

    @property
    def target_tables(self) -> list[str]:
        """Every table that a mapping fills, once."""
        return list(dict.fromkeys(t.target for m in self.mappings for t in m.tables))

    @property
    def mapping_hashes(self) -> dict[str, str]:
        return {mapping.model: mapping.hash for mapping in self.mappings}

    @property
    def export_json(self) -> dict[str, Any] | None:
        """The exports by model, as the ledger keeps them and the verifier takes them."""
        if self.export is None:
            return None
        return {model: chain.as_json() for model, chain in self.export.items()}

    def fingerprint(self, tables: Sequence[SourceTable]) -> str:
        """What must be the same for an unfinished load to go on: mappings, source tables, and the
        exports that it reads."""
        content: dict[str, Any] = {
            "mappings": self.mapping_hashes,
            "tables": sorted([table.name, table.arn, table.table_id] for table in tables),
        }
        if self.export is not None:
            content["exports"] = {m: chain.identity for m, chain in self.export.items()}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
