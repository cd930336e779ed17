"""A rehearsal from its start to its verdict: prepare, lint, plan, load, finalise, validate, report;
with a writer also capture, follow and drain.

Each step is a use case that also stands as a command of its own; here they are timed, judged by
the profile's criteria and written down. A rehearsal that was stopped goes on with the same command.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrate.errors import AskOperatorError, FixInputError
from migrate.observe import Note, Observer, silent
from migrate.pipeline.finalise import finalise
from migrate.pipeline.forget import forget_captured
from migrate.pipeline.job import Job
from migrate.pipeline.load import LoadResult, can_go_on, load
from migrate.pipeline.plan import make_plan
from migrate.pipeline.specification import Specification, no_rules_note, read_specification
from migrate.pipeline.verify import verify
from migrate.rehearse import facts
from migrate.rehearse.environment import Reading, opened
from migrate.rehearse.prepare import prepare_sample
from migrate.rehearse.profile import Profile
from migrate.rehearse.recording import Done, following_of, record_of
from migrate.rehearse.steps import StepClock, now_text
from migrate.report.record import Record
from migrate.report.write import write_reports

if TYPE_CHECKING:
    from migrate.rehearse.following import WriterOptions

RESULTS = Path("rehearsals") / "results"


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
    writer: float | None = None
    """Changes a second that a writer makes meanwhile; None: nobody writes."""
    writer_seconds: float = 10
    """For how long it writes, at least."""


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
    clock = StepClock(observer)
    started_at = now_text()
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
            writer = _writer(job, options, data)
            summary += _prepared(job, data)
        done = _migrate(job, clock, specification, writer, may_replace=options.replace)
        record = record_of(profile, clock, done, facts.ledger_facts(job), following_of(job, done))
        record.started_at = started_at
        record.versions = facts.versions(profile, job, data)
        record.environment = facts.environment(job)
        record.exports = facts.exports_read(job)
        record.document = profile.document.model_dump(exclude_none=True)
        record.production_differences = [one.model_dump() for one in profile.production_differences]
        with clock.step("report"):
            record.finished_at = now_text()
            record.report = write_reports(record, RESULTS / record.run_id, options.lang)
        facts.keep(job, record)
    return record


def _sample(profile: Profile, job: Job, options: Options, observer: Observer) -> dict[str, Any]:
    """Make the profile's sample in an emulator; an empty answer where real data is rehearsed."""
    if profile.sample is None or not job.source.is_local or job.export is not None:
        return {}
    # What an earlier rehearsal captured may be of tables that this one makes anew.
    forget_captured(job)
    return prepare_sample(profile, job, items=options.items, seed=options.seed, observer=observer)


def _writer(job: Job, options: Options, data: dict[str, Any]) -> WriterOptions | None:
    """Who changes the sample meanwhile. Raises AskOperatorError where there is no sample."""
    if options.writer is None:
        return None
    if not data:
        raise AskOperatorError(
            "a writer changes the sample that a rehearsal made, and nothing else",
            "leave --writer out, or use the profile local without an export",
        )
    from migrate.rehearse.following import WriterOptions, refuse

    writer = WriterOptions(data["items"], data["seed"], options.writer, options.writer_seconds)
    refuse(job, writer)
    return writer


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
    job: Job,
    clock: StepClock,
    specification: Specification,
    writer: WriterOptions | None,
    *,
    may_replace: bool,
) -> Done:
    """From the plan to the verified target."""
    with clock.step("plan") as summary:
        plan = make_plan(job)
        summary.append(f"about {plan.items_estimate:,} items")
    if writer is None:
        followed, loaded = None, _load(job, clock, may_replace=may_replace)
    else:
        from migrate.rehearse.following import migrate_followed

        followed = migrate_followed(job, clock, writer, may_replace=may_replace)
        loaded = followed.loaded
    with clock.step("validate") as summary:
        verification = verify(job, clock.observer, specification.rules)
        summary.append(verification.verdict)
    return Done(loaded, verification, followed)


def _load(job: Job, clock: StepClock, *, may_replace: bool) -> LoadResult:
    """A source that stands still, from its first item to the target's last foreign key."""
    with clock.step("load") as summary:
        again = not can_go_on(job)
        loaded = load(job, again=again, replace=may_replace, observer=clock.observer)
        summary.append(f"{loaded.items:,} items, {loaded.rows:,} rows")
    with clock.step("finalise") as summary:
        finished = finalise(job, clock.observer)
        summary.append(f"{finished.attached} constraints and indexes")
    return loaded
