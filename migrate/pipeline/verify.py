"""Verifies a loaded target: reconciliation both ways, orphans, suites, and the accounting held
against the verifier's own count."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Literal

from migrate.aws import client
from migrate.ledger import detached, rejects, units
from migrate.observe import Observer, silent
from migrate.pipeline.copies import Copy, copies_of
from migrate.pipeline.job import Job
from migrate.pipeline.loaded import as_loaded, loaded_run
from migrate.source.export.s3 import s3_client
from migrate.target.connection import Connection, connect, translated
from migrate.validate.accounting import Accounts, ChildTotals, ModelTotals, account
from migrate.validate.export.reader import ExportReader
from migrate.validate.foreign import foreign_rows
from migrate.validate.orphans import Orphans, orphans
from migrate.validate.outcome import Reconciliation, Rejected
from migrate.validate.reader import Reader
from migrate.validate.reconcile import reconcile
from migrate.validate.session import Connect
from migrate.validate.suites.check import Suite
from migrate.validate.suites.outcome import SuiteOutcome
from migrate.validate.suites.process import Running, suites_running
from migrate.validate.table_reader import TableReader


@dataclass(frozen=True)
class Verification:
    """Everything a verdict rests on. Counts of rows, items and elements as their parts say."""

    run_id: str
    reconciliation: Reconciliation
    accounts: Accounts
    orphans: list[Orphans]
    unfinished: list[str] = field(default_factory=list)
    """Why nothing can be called equal yet, such as constraints that are still off."""
    suites: list[SuiteOutcome] = field(default_factory=list)
    foreign: dict[str, int] = field(default_factory=dict)
    """Rows of the new system by table, where a mapping owns a part only."""

    @property
    def verdict(self) -> Literal["equal", "different", "unfinished"]:
        if self.unfinished:
            return "unfinished"
        return "equal" if self.reconciliation.is_equal else "different"

    @property
    def orphans_total(self) -> int:
        return sum(one.count for one in self.orphans)

    @property
    def suites_unmet(self) -> int:
        """Checks that failed (warnings left out) or could not be evaluated."""
        return sum(one.failed + one.raised for one in self.suites)

    @property
    def passed(self) -> bool:
        sound = self.accounts.balanced and not self.orphans_total and not self.suites_unmet
        return self.verdict == "equal" and sound


def verify(
    job: Job, observer: Observer = silent, rules: Sequence[Suite] | None = None
) -> Verification:
    """Compare a target with a source that nobody writes to. Changes nothing in the tables.

    `rules`: suites beside those that the mappings promise by themselves; None: no suites at all.
    Raises AskOperatorError before a load is complete, else as `migrate.validate.reconcile`.
    """
    with (
        translated(f"target {job.target.shown}"),
        connect(job.target, name="migrate validate") as connection,
    ):
        run = loaded_run(connection, job)
        off = detached.stored(connection)
        copies = copies_of(connection, run, job.source_tables)
        connection.rollback()
        again = functools.partial(connect, job.target, name="migrate validate")
        with _suites(again, job, rules) as running:
            found = reconcile(
                job.mappings,
                _reader(as_loaded(connection, job, run)),
                again,
                functools.partial(_rejected, run.run_id),
                workers=job.workers,
                observer=observer,
            )
            return Verification(
                run_id=run.run_id,
                reconciliation=found,
                accounts=_accounts(connection, run.run_id, found, copies),
                orphans=orphans(connection, job.mappings),
                unfinished=[f"{one.kind} {one.name} of {one.table} is off" for one in off]
                + list(_behind(copies)),
                foreign=foreign_rows(connection, job.mappings),
                suites=running.outcomes() if running else [],
            )


def _reader(job: Job) -> Reader:
    """Reads what the load has read: the tables, or the exports that stand for them."""
    exports = job.export_json
    if exports is None:
        return TableReader(job.source_tables, functools.partial(client, "dynamodb", job.source))
    return ExportReader(exports, functools.partial(s3_client, job.source))


def _suites(
    again: Connect, job: Job, rules: Sequence[Suite] | None
) -> AbstractContextManager[Running | None]:
    """The suites, beside whatever the block does."""
    return nullcontext() if rules is None else suites_running(again, job.mappings, rules)


def _rejected(
    run_id: str, connection: Connection, model: str, item_keys: list[str]
) -> dict[str, list[Rejected]]:
    result: dict[str, list[Rejected]] = {}
    for one in rejects.open_rejects(connection, run_id, model=model, item_keys=item_keys):
        result.setdefault(one.item_key, []).append(Rejected(one.list, one.place, one.rule))
    return result


def _behind(copies: Sequence[Copy]) -> Iterator[str]:
    """Why the copies of followed models are not complete."""
    for one in copies:
        if one.problem:
            yield f"{one.model} must be copied again: {one.problem}"
        elif one.pending:
            waiting = f", of which {one.waiting:,} wait for a unique value" if one.waiting else ""
            yield f"{one.pending:,} captured changes of {one.model} are not applied{waiting}"


def _accounts(
    connection: Connection, run_id: str, found: Reconciliation, copies: Sequence[Copy]
) -> Accounts:
    totals = units.accounting(connection, run_id)
    models = [
        ModelTotals(model, one.read, one.loaded, one.tombstones, one.filtered, one.rejected)
        for model, one in totals.items()
    ]
    children = [
        ChildTotals(model, name, one.read, one.rows, one.filtered, one.rejected)
        for model, counts in totals.items()
        for name, one in counts.lists.items()
    ]
    rejected = rejects.open_items(connection, run_id)
    followed = {one.model: rejected.get(one.model, 0) for one in copies}
    return account(models, children, found.models, found.children, followed)
