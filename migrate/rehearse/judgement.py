"""Judges a rehearsal: the profile's criteria one by one, the rejects against the approved list."""

from __future__ import annotations

from collections.abc import Sequence

from migrate.ledger.rejects import RuleCount
from migrate.pipeline.verify import Verification
from migrate.rehearse.profile import Profile
from migrate.report.record import Criterion, Following, RejectRule


def judged(
    profile: Profile,
    verification: Verification,
    rejects: Sequence[RejectRule],
    seconds: float,
    follow: Following | None = None,
) -> list[Criterion]:
    """Every criterion with its threshold and what was measured. `seconds`: of the window."""
    settings = profile.criteria
    tables = verification.reconciliation.tables
    accounts = verification.accounts
    beyond = sum(1 for one in rejects if not one.passed)
    balanced = [one.balanced for one in accounts.models]
    balanced += [one.balanced for one in accounts.children]
    return [
        _at_most("missing", settings.missing_max, sum(one.missing for one in tables)),
        _at_most("extra", settings.extra_max, sum(one.extra for one in tables)),
        _at_most("different", settings.different_max, sum(one.different for one in tables)),
        _at_most("orphans", settings.orphans_max, verification.orphans_total),
        _at_most("suites", 0, verification.suites_unmet),
        _at_most("accounting", 0, balanced.count(False)),
        _at_most("rejects", 0, beyond),
        *([] if follow is None else [_at_most("follow", 0, unsettled(follow))]),
        _at_most("window_seconds", settings.window_seconds, round(seconds, 1)),
    ]


def unsettled(follow: Following) -> int:
    """Models whose changes are not all accounted for and settled; all of them where the streams
    were not read to their end."""
    if not follow.drained:
        return max(1, len(follow.models))
    return sum(1 for one in follow.models if not one.balanced or one.pending)


def _at_most(name: str, threshold: int, actual: int | float) -> Criterion:
    return Criterion(name, threshold, actual, actual <= threshold)


def judged_rejects(
    profile: Profile,
    counted: Sequence[RuleCount],
    read: dict[str, int],
    examples: dict[tuple[str, str], list[dict[str, str]]],
) -> list[RejectRule]:
    """Open rejects by model and rule against the approved list. A rule that is not on the list
    has no limit, and does not pass. `read` are items read by model."""
    sums: dict[tuple[str, str], int] = {}
    places: dict[tuple[str, str], list[str]] = {}
    for one in counted:
        at = (one.model, one.rule)
        sums[at] = sums.get(at, 0) + one.count
        places.setdefault(at, []).append(_place(one))
    rows: list[RejectRule] = []
    for (model, rule), count in sorted(sums.items()):
        approved = [a for a in profile.approved_rejects if (a.model, a.rule) == (model, rule)]
        limit = sum(a.limit(read.get(model, 0)) for a in approved) if approved else None
        rows.append(
            RejectRule(
                model=model,
                rule=rule,
                column=", ".join(dict.fromkeys(places[(model, rule)])),
                count=count,
                limit=limit,
                reason="; ".join(a.reason for a in approved),
                passed=limit is not None and count <= limit,
                examples=tuple(examples.get((model, rule), [])),
            )
        )
    return rows


def _place(one: RuleCount) -> str:
    if one.table and one.column:
        return f"{one.table}.{one.column}"
    return one.attribute or one.table or (one.list or "")
