"""What the ledger knows, for `status` and `rejects`: keys and rules, never values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from migrate.errors import AskOperatorError
from migrate.ledger import pace, parts, rejects, runs, schema, units
from migrate.ledger.rejects import Reject, RuleCount
from migrate.ledger.runs import Run
from migrate.mapping.disclosure import shown_key
from migrate.pipeline.clock import clock
from migrate.pipeline.horizon import utc_now
from migrate.pipeline.job import Job
from migrate.pipeline.limits import price
from migrate.target.connection import Connection, connect, translated


def status_of(job: Job) -> dict[str, Any]:
    """The newest run: state, parts left, accounting by model. `run_id` None: there is none."""
    with translated(f"target {job.target.shown}"), connect(job.target, name="migrate status") as c:
        there = schema.exists(c)
        run = runs.latest(c) if there else None
        tables = clock(c, job.source_tables, utc_now()) if there else []
        follow = [asdict(one) for one in tables]
        if run is None:
            return {"run_id": None, "state": "empty", "accounting": [], "follow": follow}
        return {
            "run_id": run.run_id,
            "profile": run.profile,
            "state": run.state,
            "started_at": run.started_at.isoformat(timespec="seconds"),
            "parts_left": parts.left(c, run.run_id),
            "parts": {
                kind: {"total": total, "left": left}
                for kind, (total, left) in parts.by_kind(c, run.run_id).items()
            },
            **_spending(c, job, run.run_id),
            "rejects_open": rejects.states(c, run.run_id).get("open", 0),
            "mappings_changed": run.mapping_hashes != job.mapping_hashes,
            "accounting": accounting_rows(c, run.run_id),
            "follow": follow,
        }


def _spending(connection: Connection, job: Job, run_id: str) -> dict[str, Any]:
    """Read units, cost and pace of a run, beside what was expected."""
    read_units = units.load_totals(connection, run_id).read_units
    found = pace.state(connection, run_id)
    expected = found.read_units_estimate if found else 0
    each = job.limits.price_per_million_read_units
    return {
        "read_units": round(read_units, 1),
        "read_units_estimate": expected,
        "cost": price(read_units / 1e6, each),
        "cost_estimate": price(expected / 1e6, each),
        "budget": found.budget if found else None,
        "units_per_second": found.units_per_second if found else None,
        "throttles": found.throttles if found else 0,
        "throttle_reason": found.reason if found else "",
    }


def accounting_rows(connection: Connection, run_id: str) -> list[dict[str, Any]]:
    """The accounting over the ledger, one row a model, child lists inside."""
    rows: list[dict[str, Any]] = []
    for model, counts in units.accounting(connection, run_id).items():
        row = {"model": model, "balanced": counts.balanced, **asdict(counts)}
        for name, one in counts.lists.items():
            row["lists"][name]["balanced"] = one.balanced
        rows.append(row)
    return rows


def rejects_of(job: Job, *, model: str | None, rule: str | None, with_keys: bool) -> dict[str, Any]:
    """Open rejects by rule, and one by one `with_keys`. Raises AskOperatorError without a run."""
    with translated(f"target {job.target.shown}"), connect(job.target, name="migrate rejects") as c:
        run = newest_run(c)
        counted = [
            one
            for one in rejects.by_rule(c, run.run_id)
            if (model is None or one.model == model) and (rule is None or one.rule == rule)
        ]
        listed = (
            rejects.open_rejects(c, run.run_id, model=model, rules=[rule] if rule else None)
            if with_keys
            else []
        )
        return {
            "run_id": run.run_id,
            "open": sum(one.count for one in counted),
            "rules": [_rule_row(one) for one in counted],
            "rejects": [_reject_row(one, shown_item_key(job, one)) for one in listed],
        }


def newest_run(connection: Connection) -> Run:
    """The newest run of the target. Raises AskOperatorError when there is none."""
    run = runs.latest(connection) if schema.exists(connection) else None
    if run is None:
        raise AskOperatorError("nothing was loaded into this target yet", "run `migrate load`")
    return run


def _rule_row(one: RuleCount) -> dict[str, Any]:
    return {
        "count": one.count,
        "model": one.model,
        "rule": one.rule,
        "where": where(one),
        "cause": one.cause,
    }


def shown_item_key(job: Job, one: Reject) -> str:
    """The key of a reject's item, where it may be shown."""
    for mapping in job.mappings:
        if mapping.model == one.model:
            return shown_key(mapping, one.item_key)
    return f"‹key of {len(one.item_key)} characters›"  # its model is not mapped any more


def _reject_row(one: Reject, key: str) -> dict[str, Any]:
    return {
        "model": one.model,
        "rule": one.rule,
        "where": where(one),
        "key": key,
        "list": one.list,
        "place": one.place,
        "cause": one.cause,
    }


def where(one: RuleCount | Reject) -> str:
    """The column, else the attribute, else the list, where the rule broke."""
    parts: Sequence[str] = [one.table, one.column] if one.table else [one.attribute]
    return ".".join(part for part in parts if part) or (one.list or "")
