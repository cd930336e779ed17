"""The chapters of the report, one module each, in the order of a 移行リハーサル報告書."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from migrate.report.document import Block
from migrate.report.record import Record
from migrate.report.sections import (
    approval,
    fall_back,
    handover,
    issues,
    production,
    results,
    scope,
    setting,
    timechart,
    verification,
    versions,
)
from migrate.report.text import Texts

SECTIONS: dict[str, Callable[[Record, Texts], Sequence[Block]]] = {
    "scope": scope.blocks,
    "setting": setting.blocks,
    "production": production.blocks,
    "timechart": timechart.blocks,
    "results": results.blocks,
    "verification": verification.blocks,
    "fall_back": fall_back.blocks,
    "issues": issues.blocks,
    "handover": handover.blocks,
    "approval": approval.blocks,
    "versions": versions.blocks,
}
