"""Read units and money in words: what a load will take, and what it took."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrate.pipeline.limits import Estimate


def expected(estimate: Estimate, budget: float | None, *, from_export: bool) -> list[str]:
    """What a load will take, one line each."""
    from migrate.pipeline.limits import money

    if from_export:
        return ["loading these exports takes no read units"]
    lines = [f"scanning takes about {estimate.read_units:,} read units"]
    if estimate.cost is not None:
        lines[0] += f", {money(estimate.cost, estimate.currency)}"
    if estimate.hours is not None and budget is not None:
        lines[0] += f", {_span(estimate.hours)} at {budget:,.0f} read units/s"
    export = f"exporting to S3 is charged for {estimate.export_gigabytes:,.3f} GB"
    if estimate.export_cost is not None:
        export += f", {money(estimate.export_cost, estimate.currency)}"
    return [*lines, f"{export}, and takes no read units"]


def taken(
    read_units: float,
    estimate: int,
    cost: float | None,
    cost_estimate: float | None,
    currency: str,
) -> str:
    """Actual read units and cost beside what was expected."""
    from migrate.pipeline.limits import money

    text = f"{read_units:,.0f} read units (expected {estimate:,})"
    if cost is not None:
        text += f", {money(cost, currency)}"
        if cost_estimate is not None:
            text += f" (expected {money(cost_estimate, currency)})"
    return text


def _span(hours: float) -> str:
    if hours >= 1:
        return f"{hours:,.1f} h"
    minutes = hours * 60
    return f"{minutes:.0f} min" if minutes >= 1 else "less than a minute"
