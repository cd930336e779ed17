"""Writes down what a rehearsal measured: its record, judged by the profile's criteria."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from migrate.pipeline.job import Job
from migrate.pipeline.load import LoadResult
from migrate.pipeline.verify import Verification
from migrate.rehearse import facts, judgement
from migrate.rehearse.profile import Profile
from migrate.rehearse.steps import StepClock
from migrate.report.record import (
    Accounting,
    ChildAccounting,
    ColumnDifference,
    Difference,
    Following,
    Reconciled,
    Record,
    Step,
    SuiteResult,
    Throughput,
)

if TYPE_CHECKING:
    from migrate.rehearse.following import Followed

_LOAD_FACTS = (
    "items", "rows", "seconds", "items_per_second", "megabytes_per_second", "units",
    "resumed_units",
)  # fmt: skip
_FOLLOW_SUMS = (
    "captured", "applied", "superseded", "rejected", "deleted", "pending", "waiting",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Done:
    """What a rehearsal measured. `followed` None: nobody wrote meanwhile."""

    loaded: LoadResult
    verification: Verification
    followed: Followed | None


def following_of(job: Job, done: Done) -> Following | None:
    """The account of what was followed, where there was something to follow."""
    if done.followed is None:
        return None
    models, written = facts.followed_models(job), done.followed.written
    sums = {name: sum(getattr(one, name) for one in models) for name in _FOLLOW_SUMS}
    return Following(
        **sums,
        lag_seconds_max=done.followed.lag_seconds_max,
        drained=done.followed.drained,
        written=written.changes,
        written_seconds=written.seconds,
        written_kinds=dict(sorted(written.kinds.items())),
        models=tuple(models),
    )


def record_of(
    profile: Profile,
    clock: StepClock,
    done: Done,
    ledger: facts.LedgerFacts,
    follow: Following | None,
) -> Record:
    verification = done.verification
    accounts = verification.accounts
    rejects = judgement.judged_rejects(
        profile,
        ledger.rules,
        {one.totals.model: one.totals.read for one in accounts.models},
        ledger.examples,
    )
    # Of a source that is followed to its end, only what comes after that end is downtime.
    window = clock.seconds_from("load" if follow is None else "drain")
    criteria = judgement.judged(profile, verification, rejects, window, follow)
    found = verification.reconciliation
    return Record(
        run_id=verification.run_id,
        profile=profile.profile,
        verdict=verification.verdict,
        passed=verification.verdict == "equal" and all(one.passed for one in criteria),
        criteria=criteria,
        accounting=[
            Accounting(**asdict(one.totals), balanced=one.balanced) for one in accounts.models
        ],
        children=[
            ChildAccounting(**asdict(one.totals), balanced=one.balanced)
            for one in accounts.children
        ],
        reconciliation=[Reconciled(**asdict(one)) for one in found.tables],
        suites=suites_of(verification),
        foreign=verification.foreign,
        steps=_planned(profile, clock.steps),
        rejects=rejects,
        differences=differences_of(verification),
        differences_total=sum(t.missing + t.extra + t.different for t in found.tables),
        throughput=[Throughput(round(seconds, 3), items) for seconds, items in ledger.throughput],
        load={name: getattr(done.loaded, name) for name in _LOAD_FACTS},
        follow=follow,
        earlier=ledger.earlier,
    )


def _planned(profile: Profile, steps: list[Step]) -> list[Step]:
    """Each with its planned time; of two with one name, the plan is the first one's."""
    plan: dict[str, int] = dict(profile.planned_seconds.items())
    return [replace(step, planned_seconds=plan.pop(step.name, None)) for step in steps]


def suites_of(verification: Verification) -> list[SuiteResult]:
    """The suites as the record holds them: failures with their first keys, then what raised."""
    return [
        SuiteResult(one.suite, one.passed, one.checks, one.failed, one.raised, one.listed())
        for one in verification.suites
    ]


def differences_of(verification: Verification) -> list[Difference]:
    """The verifier's differences as the record holds them."""
    return [
        Difference(
            one.table,
            one.kind,
            one.key,
            tuple(ColumnDifference(c.column, c.expected, c.actual) for c in one.columns),
            one.note,
        )
        for one in verification.reconciliation.differences
    ]
