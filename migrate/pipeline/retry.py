"""The one way back for rejects: read the item again, map it, write it, close the reject.

Retry and repair are this mechanism and no other. Nothing captures changes yet in this ledger, so
no change can be pending for a key; where a capture exists, its keys are left to `follow`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from migrate.aws import client
from migrate.item.refusal import Refusal
from migrate.ledger import rejects, schema, units
from migrate.ledger.commit import LoadedItem, remove_item, replace_item, write_item
from migrate.ledger.rejects import Reject
from migrate.ledger.units import Counts
from migrate.mapping.compile import TOMBSTONE, MappedItem, NoRows
from migrate.observe import Observer, silent
from migrate.pipeline.finalise import loaded_run
from migrate.pipeline.item_account import take_lists
from migrate.pipeline.job import Job
from migrate.pipeline.judge import Judge
from migrate.pipeline.model import Model
from migrate.pipeline.worker import item_reject, loaded_item, new_unit
from migrate.source.scan import get_item
from migrate.target.connection import Connection, connect, translated

_CLASHES = ("duplicate", "key-clash")


@dataclass(frozen=True, slots=True)
class RetryResult:
    """Rejects by what became of them: loaded now, refused again, or superseded at the source."""

    run_id: str
    tried: int
    loaded: int
    refused: int
    superseded: int


def retry(
    job: Job,
    *,
    model: str | None = None,
    rules: Sequence[str] | None = None,
    observer: Observer = silent,
) -> RetryResult:
    """Try open rejects again with today's item and today's mapping, in rounds: a row that is
    written may be what another reject was waiting for."""
    with (
        translated(f"target {job.target.shown}"),
        connect(job.target, name="migrate retry") as connection,
    ):
        schema.install(connection)
        schema.lock(connection)
        run = loaded_run(connection, job)
        work = _Retry(connection, run.run_id, job, model, rules)
        tried = work.wanted()
        # Of items that share a value, none may win by being tried first: those that clash go
        # first and are judged before anything can refer to them.
        work.round(_CLASHES)
        Judge(connection, run.run_id, job, observer).run_clashes()
        left = len(work.wanted()) + 1
        while len(now := work.wanted()) < left:
            left = len(now)
            work.round(None)
        connection.commit()
        return _result(connection, run.run_id, tried, work.wanted())


def _result(
    connection: Connection, run_id: str, tried: list[Reject], left: list[Reject]
) -> RetryResult:
    still = {_element(one) for one in left}
    states = rejects.states_of(connection, run_id, [one.reject_id for one in tried])
    refused = sum(1 for one in tried if _element(one) in still)
    superseded = sum(1 for one in tried if states[one.reject_id] == "superseded")
    loaded = len(tried) - refused - superseded
    return RetryResult(run_id, len(tried), loaded, refused, superseded)


def _element(reject: Reject) -> tuple[str, str, str | None, int | None]:
    return reject.model, reject.item_key, reject.list, reject.place


class _Retry:
    def __init__(
        self,
        connection: Connection,
        run_id: str,
        job: Job,
        model: str | None,
        rules: Sequence[str] | None,
    ) -> None:
        self._connection = connection
        self._run_id = run_id
        self._job = job
        self._model = model
        self._rules = rules
        self._client = client("dynamodb", job.source)
        self._models = {mapping.model: Model(mapping) for mapping in job.mappings}

    def wanted(self) -> list[Reject]:
        """The open rejects that were asked for, as they are now."""
        found = rejects.open_rejects(
            self._connection, self._run_id, model=self._model, rules=self._rules
        )
        self._connection.commit()
        return found

    def round(self, rules: Sequence[str] | None) -> None:
        """Try once every open reject of these rules (None: all but clashes) that was asked for."""
        chosen = [
            one
            for one in self.wanted()
            if (one.rule not in _CLASHES if rules is None else one.rule in rules)
        ]
        ordered = sorted(chosen, key=_identity)
        for (model_name, item_key), _ in groupby(ordered, key=_identity):
            self._one(self._models[model_name], item_key)

    def _one(self, model: Model, item_key: str) -> None:
        """All rejects of one item, in one transaction."""
        key = json.loads(item_key)
        table = self._job.source_table(model.mapping.model)
        item = None if None in key.values() else get_item(self._client, table, key)
        # Every open reject of the item is replaced, also those that were not asked for.
        with self._connection.transaction():
            whole = rejects.open_rejects(
                self._connection, self._run_id, model=model.mapping.model, item_keys=[item_key]
            )
            self._replace(model, item, whole)

    def _replace(self, model: Model, item: dict[str, Any] | None, whole: list[Reject]) -> None:
        if item is None:
            self._close(whole, "superseded")
            return
        outcome = self._mapped(model, item)
        if isinstance(outcome, LoadedItem):
            self._write(model, outcome, whole)
        else:
            self._without_rows(model, item, outcome, whole)

    def _mapped(self, model: Model, item: dict[str, Any]) -> LoadedItem | NoRows | Reject:
        try:
            mapped = model.function(item)
        except Refusal as refusal:
            return item_reject(model.function, item, refusal)
        if isinstance(mapped, MappedItem):
            return loaded_item(model.function, item, mapped)
        return mapped

    def _close(self, whole: list[Reject], state: str) -> None:
        rejects.close(self._connection, [one.reject_id for one in whole], state)

    def _without_rows(
        self, model: Model, item: dict[str, Any], outcome: NoRows | Reject, whole: list[Reject]
    ) -> None:
        """Deleted softly, filtered, or refused (again): its rows go, as after a fresh load."""
        counts = _account_of(whole)
        if counts.loaded:
            removed = remove_item(self._connection, model.locator.rows_of(item))
            if removed is None:  # other rows refer to it, so it must stay until they are gone
                return
            _take_lists(model, item, counts)
            counts.rows -= removed
        if isinstance(outcome, Reject):
            counts.rejected += 1
            rejects.add(self._connection, self._run_id, [outcome])
        elif outcome is TOMBSTONE:
            counts.tombstones += 1
        else:
            counts.filtered += 1
        self._add(model, counts)
        self._close(whole, "retried" if isinstance(outcome, Reject) else "superseded")

    def _write(self, model: Model, loaded: LoadedItem, whole: list[Reject]) -> None:
        """Write the item; a row that PostgreSQL refuses keeps or makes it a reject."""
        unit = new_unit(model.function)
        counts = _account_of(whole)
        if counts.loaded:
            owned = model.locator.rows_of(loaded.body)
            outcome = replace_item(self._connection, unit, loaded, owned)
        else:  # nothing of it is there: a row with its key would be another item's
            outcome = write_item(self._connection, unit, loaded) or loaded.rows
        if isinstance(outcome, Reject):
            if not counts.loaded:  # else its rows stay, and so do the rejects of its elements
                self._close(whole, "retried")
                rejects.add(self._connection, self._run_id, [outcome])
            return
        self._count_written(model, loaded, counts, outcome)
        self._close(whole, "retried")
        rejects.add(self._connection, self._run_id, loaded.bad)

    def _count_written(self, model: Model, loaded: LoadedItem, counts: Counts, change: int) -> None:
        if counts.loaded:
            _take_lists(model, loaded.body, counts)
        counts.loaded += 1
        counts.rows += change
        for name, (read, made, filtered, rejected) in loaded.lists.items():
            one = counts.of_list(name)
            one.read += read
            one.rows += made
            one.filtered += filtered
            one.rejected += rejected
        self._add(model, counts)

    def _add(self, model: Model, counts: Counts) -> None:
        units.add(self._connection, self._run_id, "retry", model.mapping.model, counts)


def _account_of(whole: list[Reject]) -> Counts:
    """What the ledger counts for the item now, taken away: it is rejected whole, or loaded with
    some of its elements rejected."""
    counts = Counts()
    if any(one.list is None for one in whole):
        counts.rejected -= 1
    else:
        counts.loaded -= 1
    return counts


def _identity(reject: Reject) -> tuple[str, str]:
    return reject.model, reject.item_key
