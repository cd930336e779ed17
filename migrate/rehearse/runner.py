"""A rehearsal from its start to its verdict: prepare, lint, plan, load, finalise, validate, report.

Each step is a use case that also stands as a command of its own; here they are timed, judged by
the profile's criteria and written down. A rehearsal that was stopped goes on with the same command.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from migrate.errors import AskOperatorError, FixInputError
from migrate.observe import Note, Observer, StepFinished, StepStarted, silent
from migrate.pipeline.finalise import finalise
from migrate.pipeline.job import Job
from migrate.pipeline.load import LoadResult, can_go_on, load
from migrate.pipeline.plan import make_plan
from migrate.pipeline.specification import Specification, no_rules_note, read_specification
from migrate.pipeline.verify import Verification, verify
from migrate.rehearse import facts, judgement
from migrate.rehearse.environment import Reading, opened
from migrate.rehearse.prepare import prepare_sample
from migrate.rehearse.profile import Profile
from migrate.report.record import (
    Accounting,
    ChildAccounting,
    ColumnDifference,
    Difference,
    Reconciled,
    Record,
    Step,
    SuiteResult,
    Throughput,
)
from migrate.report.write import write_reports

RESULTS = Path("rehearsals") / "results"

_LOAD_FACTS = (
    "items", "rows", "seconds", "items_per_second", "megabytes_per_second", "units",
    "resumed_units",
)  # fmt: skip

_WINDOW_STEPS = ("load", "finalise", "validate")


@dataclass(frozen=True)
class Options:
    """What the command line may say beyond the profile. `items` and `seed` are the sample's."""

    items: int | None = None
    seed: int | None = None
    workers: int | None = None
    fresh: bool = False
    replace: bool = False
    lang: str = "ja"
    suites: Path | None = None
    """Folder of business rules; None: the one named like the mappings folder."""
    read: Reading = field(default_factory=Reading)


@dataclass
class _Clock:
    """The steps so far, each shown while it runs."""

    observer: Observer
    steps: list[Step] = field(default_factory=list)

    @contextmanager
    def step(self, name: str) -> Iterator[list[str]]:
        """Time one step; what the block appends is its summary for people."""
        started_at, started = _now(), time.monotonic()
        self.observer(StepStarted(name))
        summary: list[str] = []
        yield summary
        seconds = time.monotonic() - started
        self.steps.append(Step(name, round(seconds, 3), started_at))
        self.observer(StepFinished(name, seconds, " ".join(summary)))

    def seconds(self, names: Sequence[str]) -> float:
        return sum(step.seconds for step in self.steps if step.name in names)


def rehearse(
    profile: Profile, mappings_folder: Path, options: Options, observer: Observer = silent
) -> Record:
    """Run the whole rehearsal and write its reports. Raises errors of migrate.errors."""
    if profile.production:
        raise AskOperatorError(
            f"profile {profile.profile} is production, and a rehearsal replaces what it finds",
            "rehearse with another profile; production is switched by the cutover runbook",
        )
    _refuse_sample_of_export(profile, options)
    clock = _Clock(observer)
    started_at = _now()
    with clock.step("lint") as summary:
        specification = read_specification(mappings_folder, options.suites)
        mappings = specification.mappings
        summary.append(f"{len(mappings)} mappings, {specification.rules_total} business rules")
    if specification.rules_folder is None:
        observer(Note(no_rules_note(mappings_folder)))
    with ExitStack() as stack:
        with clock.step("prepare") as summary:
            job = stack.enter_context(
                opened(
                    profile,
                    mappings,
                    workers=options.workers,
                    fresh=options.fresh,
                    read=options.read,
                )
            )
            data = _sample(profile, job, options, observer)
            summary += _prepared(job, data)
        verification, loaded = _migrate(job, clock, specification, may_replace=options.replace)
        record = _record(profile, clock, verification, loaded, facts.ledger_facts(job))
        record.started_at = started_at
        record.versions = facts.versions(profile, job, data)
        record.environment = facts.environment(job)
        record.exports = facts.exports_read(job)
        record.document = profile.document.model_dump(exclude_none=True)
        record.production_differences = [one.model_dump() for one in profile.production_differences]
        with clock.step("report"):
            record.finished_at = _now()
            record.report = write_reports(record, RESULTS / record.run_id, options.lang)
        facts.keep(job, record)
    return record


def _sample(profile: Profile, job: Job, options: Options, observer: Observer) -> dict[str, Any]:
    """Make the profile's sample in an emulator; an empty answer where real data is rehearsed."""
    if profile.sample is None or not job.source.is_local or job.export is not None:
        return {}
    return prepare_sample(profile, job, items=options.items, seed=options.seed, observer=observer)


def _prepared(job: Job, data: dict[str, Any]) -> Iterator[str]:
    if data:
        yield f"sample of {data['items']:,} items, seed {data['seed']}"
    if job.export is not None:
        yield f"{sum(len(chain.exports) for chain in job.export.values())} exports"


def _refuse_sample_of_export(profile: Profile, options: Options) -> None:
    asked = options.items is not None or options.seed is not None
    if asked and options.read.location(profile) is not None:
        raise FixInputError(
            "--items and --seed are about the sample, and exports are rehearsed",
            "leave them out, or leave the export out",
        )


def _migrate(
    job: Job, clock: _Clock, specification: Specification, *, may_replace: bool
) -> tuple[Verification, LoadResult]:
    """From the plan to the verified target."""
    with clock.step("plan") as summary:
        plan = make_plan(job)
        summary.append(f"about {plan.items_estimate:,} items")
    with clock.step("load") as summary:
        again = not can_go_on(job)
        loaded = load(job, again=again, replace=may_replace, observer=clock.observer)
        summary.append(f"{loaded.items:,} items, {loaded.rows:,} rows")
    with clock.step("finalise") as summary:
        finished = finalise(job, clock.observer)
        summary.append(f"{finished.attached} constraints and indexes")
    with clock.step("validate") as summary:
        verification = verify(job, clock.observer, specification.rules)
        summary.append(verification.verdict)
    return verification, loaded


def _record(
    profile: Profile,
    clock: _Clock,
    verification: Verification,
    loaded: LoadResult,
    ledger: facts.LedgerFacts,
) -> Record:
    accounts = verification.accounts
    rejects = judgement.judged_rejects(
        profile,
        ledger.rules,
        {one.totals.model: one.totals.read for one in accounts.models},
        ledger.examples,
    )
    window = clock.seconds(_WINDOW_STEPS)
    criteria = judgement.judged(profile, verification, rejects, window)
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
        steps=[
            replace(step, planned_seconds=profile.planned_seconds.get(step.name))  # type: ignore[call-overload]
            for step in clock.steps
        ],
        rejects=rejects,
        differences=differences_of(verification),
        differences_total=sum(t.missing + t.extra + t.different for t in found.tables),
        throughput=[Throughput(round(seconds, 3), items) for seconds, items in ledger.throughput],
        load={name: getattr(loaded, name) for name in _LOAD_FACTS},
        earlier=ledger.earlier,
    )


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


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
