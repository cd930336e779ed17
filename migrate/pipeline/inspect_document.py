"""An inspection as one document: what inspect.json holds, and what every view of it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from migrate.mapping.files import MappingFile
from migrate.mapping.spec import Mapping
from migrate.pipeline.inspect import Inspection
from migrate.pipeline.inspect_attributes import (
    AttributeLine,
    Attributes,
    attribute_json,
    path_text,
    values_json,
)
from migrate.pipeline.inspect_findings import Finding, findings_of
from migrate.pipeline.inspect_parts import Inspected
from migrate.pipeline.inspect_patch import Patch, make_patch
from migrate.pipeline.inspect_proposals import proposals

# Shares of items for which a sample's report says how likely it is to have seen one of them.
_RARE_SHARES = (0.1, 0.01, 0.001, 0.0001)

NOT_PREDICTED = ("duplicate", "key-clash", "orphan")
"""Rules that are judged over all rows when a load is complete; an inspection cannot see them."""


@dataclass(frozen=True, slots=True)
class ModelView:
    """One model: its table, the outcomes of a load, its attributes and its findings."""

    inspected: Inspected
    mapping: Mapping
    lines: list[AttributeLine]
    findings: list[Finding]


@dataclass(frozen=True, slots=True)
class InspectDocument:
    """Everything that was found out. `started_at` is ISO 8601 in UTC."""

    inspection: Inspection
    started_at: str
    profile: str
    models: list[ModelView]
    patch: Patch
    paths: dict[str, str] = field(default_factory=dict)

    @property
    def findings(self) -> list[Finding]:
        return [finding for model in self.models for finding in model.findings]

    @property
    def refuses(self) -> bool:
        """Whether a load would refuse items or elements."""
        return any(finding.severity == "reject" for finding in self.findings)


def make_document(
    files: Sequence[MappingFile], inspection: Inspection, started_at: str, profile: str
) -> InspectDocument:
    """Compare what was found with the mappings, and write the patch."""
    by_model = {file.mapping.model: file.mapping for file in files}
    models, wanted = [], {}
    for one in inspection.models:
        mapping = by_model[one.model]
        findings = findings_of(mapping, one)
        models.append(ModelView(one, mapping, Attributes(mapping).lines(one), findings))
        wanted[one.model] = proposals(mapping, one, findings)
    patch = make_patch(files, wanted)
    return InspectDocument(inspection, started_at, profile, models, patch)


def document_json(document: InspectDocument) -> dict[str, Any]:
    """What `migrate inspect --json` prints and inspect.json holds (docs/reference/json.md)."""
    inspection = document.inspection
    return {
        "started_at": document.started_at,
        "profile": document.profile,
        "seconds": round(inspection.seconds, 3),
        "items": inspection.items,
        "items_per_second": round(inspection.items / max(inspection.seconds, 1e-9), 1),
        "sample": inspection.sample,
        "snapshot": inspection.from_exports,
        "rules_not_predicted": list(NOT_PREDICTED),
        "models": [_model_json(model) for model in document.models],
        "failed": {model: error.message for model, error in sorted(inspection.failed.items())},
        "patch": {
            "text": document.patch.text,
            "folder": str(document.patch.folder),
            "edits": document.patch.edits,
            "comments": document.patch.comments,
        },
        "report": document.paths,
    }


def _model_json(view: ModelView) -> dict[str, Any]:
    one = view.inspected
    tally = one.tally
    return {
        "model": one.model,
        "table": one.table.name,
        "items": tally.items,
        "complete": one.complete,
        "confidence": confidence(one),
        "segments": one.parts_total,
        "exports": [] if one.chain is None else list(one.chain.identity),
        "shows": None if one.chain is None else one.chain.shows.isoformat("T", "seconds"),
        "bytes": tally.bytes,
        "outcomes": {
            name: tally.outcomes[name] for name in ("loaded", "tombstones", "filtered", "rejected")
        },
        "attributes": [attribute_json(line) for line in view.lines],
        "findings": [finding_json(finding) for finding in view.findings],
    }


def confidence(one: Inspected) -> dict[str, Any] | None:
    """What a sample of n items can say; None when every item was read.

    Something that stands in a share p of the items is missed with probability (1-p)^n, so with
    95% confidence what was not seen at all stands in less than 3/n of them. It supposes that
    items are alike wherever they lie; those of one partition key lie together.
    """
    items = one.tally.items
    if one.complete or not items:
        return None
    return {
        "seen_with_probability": [
            {"share": share, "probability": round(1 - (1 - share) ** items, 4)}
            for share in _RARE_SHARES
        ],
        "unseen_share_max": round(min(1.0, 3 / items), 6),
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """One difference; keys only, and values where the mapping says that they may be shown."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "table": finding.table,
        "column": finding.column,
        "attribute": path_text(finding.path),
        "count": finding.count,
        "unit": finding.unit,
        "rejects": finding.rejects,
        "keys": list(finding.keys),
        "values": values_json(finding.values),
    }
