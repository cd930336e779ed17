"""The one way back for rejects: read the item again, map it, write it, close the reject.

Retry and repair are this mechanism and no other. A key with a captured change that is not applied
is left to `follow`, which has a newer image; no batch of `follow` comes between the reading of an
item and its writing, because the target is locked all the while.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from typing import Any

from migrate.item.refusal import Refusal
from migrate.ledger import captured, dangling, rejects, units
from migrate.ledger.commit import LoadedItem, remove_item, replace_item, write_item
from migrate.ledger.rejects import Reject
from migrate.ledger.units import Counts
from migrate.mapping.compile import TOMBSTONE, MappedItem, NoRows
from migrate.observe import Observer, silent
from migrate.pipeline.attach import Loosener, attach_all
from migrate.pipeline.copies import chain_starts
from migrate.pipeline.item_account import take_lists
from migrate.pipeline.job import Job
from migrate.pipeline.judge import CLASHES, Judge
from migrate.pipeline.loaded import as_loaded, loaded_run
from migrate.pipeline.model import Model
from migrate.pipeline.references import Settler, nulled_references
from migrate.pipeline.retry_result import Element, RetryResult, element_of, result_of
from migrate.pipeline.session import locked
from migrate.pipeline.source_items import SourceItems
from migrate.pipeline.unit_of_items import item_reject, loaded_item, new_unit
from migrate.target.connection import Connection


def retry(
    job: Job,
    *,
    model: str | None = None,
    rules: Sequence[str] | None = None,
    observer: Observer = silent,
) -> RetryResult:
    """Try open rejects again with today's item and today's mapping, in rounds: a row that is
    written may be what another reject was waiting for."""
    with locked(job.target, "migrate retry") as session:
        connection = session.connection
        run = loaded_run(connection, job)
        job = as_loaded(connection, job, run)
        loosener = Loosener(connection, run.run_id, job.target_tables)
        judge = Judge(connection, run.run_id, job, loosener, observer)
        work = _Retry(connection, run.run_id, job, loosener, model, rules)
        tried = work.wanted()
        for _ in work.rounds():
            # Of items that share a value, none may win by being tried first: they are judged
            # together, before anything can refer to those that come back.
            work.clashes(judge)
            work.others()
        if loosener.used:
            judge.run()
            attach_all(connection)
        work.recover_references()
        return result_of(connection, run.run_id, tried, work.wanted(), work.since)


def retry_clashes(
    connection: Connection, run_id: str, job: Job, model: str, judge: Judge, loosener: Loosener
) -> None:
    """Judge a model's rejects for clashes again, and write those that clash with nobody any more.

    The caller holds the target's lock, and judges the rest."""
    work = _Retry(connection, run_id, job, loosener, model, CLASHES)
    for _ in work.rounds():
        work.clashes(judge)


class _Retry:
    def __init__(
        self,
        connection: Connection,
        run_id: str,
        job: Job,
        loosener: Loosener,
        model: str | None,
        rules: Sequence[str] | None,
    ) -> None:
        self._connection = connection
        self._run_id = run_id
        self._job = job
        self._loosener = loosener
        self.since = chain_starts(connection)
        self._settler = Settler(connection, run_id, job.mappings)
        self._model = model
        self._rules = rules
        self._sources = {
            mapping.model: SourceItems(job, run_id, mapping, connection) for mapping in job.mappings
        }
        self._models = {mapping.model: Model(mapping) for mapping in job.mappings}

    def wanted(self) -> list[Reject]:
        """The open rejects that were asked for, as they are now."""
        found = rejects.open_rejects(
            self._connection, self._run_id, model=self._model, rules=self._rules, bodies=False
        )
        self._connection.commit()
        return [one for one in found if not one.is_keyless]

    def rounds(self) -> Iterator[None]:
        """One after the other, until nothing that is rejected changes any more."""
        before: set[tuple[Element, str]] | None = None
        while (now := self._state()) != before:
            before = now
            yield

    def _state(self) -> set[tuple[Element, str]]:
        """Everything that is rejected now, asked for or not, with its rule. Its items are looked up
        together, where the source is an export."""
        found = rejects.open_rejects(self._connection, self._run_id, bodies=False)
        self._connection.commit()
        for model, source in self._sources.items():
            source.remember({one.item_key for one in found if one.model == model})
        return {(element_of(one), one.rule) for one in found}

    def recover_references(self) -> None:
        """Set references that `orphans: null` took, where what they refer to was written."""
        with self._connection.transaction():
            for reference in nulled_references(self._job.mappings):
                dangling.recover(self._connection, self._run_id, reference)

    def clashes(self, judge: Judge) -> None:
        """Try the rejects that clash with nobody any more."""
        wanted = {_identity(one) for one in self.wanted()}
        for name, model in self._models.items():
            found = rejects.open_rejects(
                self._connection, self._run_id, model=name, rules=CLASHES, bodies=False
            )
            self._connection.commit()
            images = {
                one.item_key: (one.rule, self._image(model, one.item_key))
                for one in found
                if one.list is None
            }
            there = {key: (rule, item) for key, (rule, item) in images.items() if item is not None}
            losers = judge.losers(model, there)
            for key in images.keys() - losers:
                if (name, key) in wanted:
                    self._one(model, key)

    def others(self) -> None:
        """Try every other reject that was asked for."""
        chosen = [one for one in self.wanted() if one.rule not in CLASHES]
        for model_name, item_key in sorted({_identity(one) for one in chosen}):
            self._one(self._models[model_name], item_key)

    def _image(self, model: Model, item_key: str) -> dict[str, Any] | None:
        return self._sources[model.mapping.model].image(item_key)

    def _one(self, model: Model, item_key: str) -> None:
        """All rejects of one item, in one transaction."""
        key, item = json.loads(item_key), self._image(model, item_key)

        def replace() -> None:
            if self._is_left_to_follow(model.mapping.model, item_key):
                return
            # Every open reject of the item is replaced, also those that were not asked for.
            whole = rejects.open_rejects(
                self._connection, self._run_id, model=model.mapping.model, item_keys=[item_key]
            )
            self._replace(model, key, item, whole)

        self._loosener.run(replace)

    def _is_left_to_follow(self, model: str, item_key: str) -> bool:
        since = self.since.get(model)
        return since is not None and bool(
            captured.unapplied_keys(self._connection, self._run_id, model, since, [item_key])
        )

    def _replace(
        self,
        model: Model,
        key: dict[str, Any],
        item: dict[str, Any] | None,
        whole: list[Reject],
    ) -> None:
        if item is None:
            self._without_rows(model, key, None, whole)
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
        self,
        model: Model,
        item: dict[str, Any],
        outcome: NoRows | Reject | None,
        whole: list[Reject],
    ) -> None:
        """Deleted, filtered, or refused (again): its rows go, as after a fresh load. `item` need
        hold no more than its key."""
        if isinstance(outcome, Reject) and _is_kept(outcome, whole):
            return
        counts = _account_of(whole)
        if counts.loaded:
            take_lists(self._connection, model, item, whole, counts)
            counts.rows -= remove_item(self._connection, model.locator.rows_of(item))
        if outcome is None:
            counts.read -= 1
        elif isinstance(outcome, Reject):
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
        settled = self._settler.settled(model, loaded)
        if isinstance(settled, Reject):
            self._without_rows(model, loaded.body, settled, whole)
            return
        loaded = settled
        if counts.loaded:
            take_lists(self._connection, model, loaded.body, whole, counts)
            owned = model.locator.rows_of(loaded.body)
            outcome = replace_item(self._connection, unit, loaded, owned)
        else:  # nothing of it is there: a row with its key would be another item's
            outcome = write_item(self._connection, unit, loaded) or loaded.rows
        if isinstance(outcome, Reject):
            self._refused(model, loaded, outcome, whole)
            return
        self._count_written(model, loaded, counts, outcome)
        self._close(whole, "retried")
        rejects.add(self._connection, self._run_id, loaded.bad)

    def _refused(
        self, model: Model, loaded: LoadedItem, outcome: Reject, whole: list[Reject]
    ) -> None:
        """PostgreSQL refused the item as it is now."""
        if any(one.list is not None and one.rule in CLASHES for one in whole):
            return  # an element of it still clashes: the rows stay, and so do the rejects
        self._without_rows(model, loaded.body, outcome, whole)

    def _count_written(self, model: Model, loaded: LoadedItem, counts: Counts, change: int) -> None:
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
        if counts != Counts():
            units.add(self._connection, self._run_id, "retry", model.mapping.model, counts)


def _is_kept(outcome: Reject, whole: list[Reject]) -> bool:
    """Whether the ledger holds just this reject of the item already."""
    held = [dataclasses.replace(one, reject_id=0) for one in whole]
    return held == [outcome]


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
