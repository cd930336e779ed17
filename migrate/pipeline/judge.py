"""Judges what needs the whole load: key clashes, duplicates, then orphans until none is left."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from migrate.errors import AskOperatorError
from migrate.ledger import dangling, rejects
from migrate.mapping.spec import Column, Mapping, Table
from migrate.observe import Note, Observer
from migrate.pipeline.attach import Loosener
from migrate.pipeline.job import Job
from migrate.pipeline.model import Model
from migrate.pipeline.references import is_nulled, parent_keys, reference_of
from migrate.pipeline.rivals import find_rivals, first_by
from migrate.pipeline.victims import (
    Broken,
    Finder,
    KeyTexts,
    Victims,
    reject,
)
from migrate.target import judging
from migrate.target.connection import Connection

CLASHES = ("duplicate", "key-clash")
"""Rules that set items against each other."""


class Judge:
    """One judgement over a loaded target."""

    def __init__(
        self,
        connection: Connection,
        run_id: str,
        job: Job,
        loosener: Loosener,
        observer: Observer,
        moving: Collection[str] = (),
    ) -> None:
        """`moving`: models whose source is written to, and whose changes will be followed."""
        self._connection = connection
        self._moving = moving
        self._run_id = run_id
        self._loosener = loosener
        self._observer = observer
        self._models = [Model(mapping) for mapping in job.mappings]
        self._finders = {
            model.mapping.model: Finder(job, run_id, model, connection) for model in self._models
        }
        self._parents = parent_keys(job.mappings)

    def run(self) -> None:
        """Every step is one transaction or repeatable, so that a killed judgement goes on."""
        self.run_uniques()
        while any(self._orphans(model) for model in self._models):
            pass

    def run_uniques(self) -> None:
        """Key clashes and duplicates only."""
        self.run_clashes()
        self._duplicates()

    def run_clashes(self) -> None:
        """Where PostgreSQL refused the later of two items, the earlier must not win by luck."""
        for model in self._models:
            found = rejects.open_rejects(
                self._connection,
                self._run_id,
                model=model.mapping.model,
                rules=CLASHES,
            )
            self.losers(
                model,
                {
                    one.item_key: (one.rule, one.body)
                    for one in found
                    if one.list is None and isinstance(one.body, dict)
                },
            )

    def losers(self, model: Model, images: dict[str, tuple[str, dict[str, Any]]]) -> set[str]:
        """Item keys of those rejects, given with rule and image, that must stay rejected; rows
        that must not stand beside them become rejects too."""
        shown = self._finders[model.mapping.model].shown
        found = find_rivals(self._connection, model, shown, images)
        self._connection.commit()
        for table, broken, held in found.holders:
            self._reject(model, table, held, broken, without=list(images))
        return found.losers

    def _duplicates(self) -> None:
        """All of them are found before any goes, and go in one transaction: what is rejected
        depends on no order of columns or models, nor on where a judgement was interrupted."""
        found = [
            (
                model,
                table,
                self._sharing(model, table, name),
                Broken("duplicate", table.target, name),
            )
            for model in self._models
            for table, name in _unique_columns(model.mapping)
        ]
        self._connection.commit()
        located = [
            self._located(model, table, rows_found, broken)
            for model, table, rows_found, broken in found
            if rows_found
        ]
        if located:
            self._apply(located)

    def _sharing(self, model: Model, table: Table, name: str) -> list[KeyTexts]:
        first = first_by(model.mapping, table)
        return judging.sharing(
            self._connection,
            model.mapping,
            table.target,
            name,
            self._finders[model.mapping.model].shown(table),
            [(column, table.columns[column]) for column in first or table.key_columns],
            keep_first=bool(first),
        )

    def _orphans(self, model: Model) -> bool:
        """True when something was rejected, so that others may have become orphans."""
        changed = False
        for table in model.mapping.tables:
            for name, column in table.columns.items():
                if column.references:
                    changed |= self._orphans_of(model, table, name, column)
        return changed

    def _orphans_of(self, model: Model, table: Table, name: str, column: Column) -> bool:
        mapping = model.mapping
        reference = reference_of(table, name, self._parents)
        if is_nulled(mapping, column):
            with self._connection.transaction():
                count = dangling.forget(self._connection, self._run_id, mapping, reference)
            if count:
                self._observer(Note(f"{table.target}.{name}: {count} dangling set to NULL"))
            return False
        shown = self._finders[mapping.model].shown(table)
        found = judging.dangling(self._connection, mapping, reference, shown)
        self._connection.commit()
        if found and (column.orphans or mapping.orphans) == "stop":
            raise AskOperatorError(
                f"{len(found)} rows of {table.target} point to no row by {name}",
                f"the mapping of {mapping.model} says orphans: stop",
            )
        broken = Broken("orphan", table.target, name, cause=f"no row in {column.references}")
        return self._reject(model, table, found, broken)

    def _reject(
        self,
        model: Model,
        table: Table,
        found: Sequence[KeyTexts],
        broken: Broken,
        without: Sequence[str] = (),
    ) -> bool:
        if not found:
            return False
        return self._apply([self._located(model, table, found, broken, without)]) > 0

    def _located(
        self,
        model: Model,
        table: Table,
        found: Sequence[KeyTexts],
        broken: Broken,
        without: Sequence[str] = (),
    ) -> Victims:
        items, left = self._finders[model.mapping.model].items(table, found, without)
        keys = {row[: len(table.key_columns)] for row in found} - set(left)
        if left and model.mapping.model in self._moving:
            # Changed since it was loaded: a change that waits to be applied says what it is now.
            return Victims(model, table, broken, items, keys, gone=left)
        if left and not self._made_by_another(model, table):
            raise AskOperatorError(
                f"{len(left)} rows of {table.target} break the rule {broken.rule} by"
                f" {broken.column}, but no item of the source makes them",
                "the source changed after the load, or the rows are not ours; load again",
            )
        return Victims(model, table, broken, items, keys)

    def _apply(self, victims: Sequence[Victims]) -> int:
        """Move them to the rejects, all or none. Returns how many items and elements moved."""

        def move() -> list[int]:
            gone: set[tuple[str, str]] = set()
            return [reject(self._connection, self._run_id, one, gone) for one in victims]

        counts = self._loosener.run(move)
        for one, count in zip(victims, counts, strict=True):
            if count:
                where = f"{one.table.target}.{one.broken.column}"
                self._observer(Note(f"{one.broken.rule} {where}: {count} moved to the rejects"))
        return sum(counts)

    def _made_by_another(self, model: Model, table: Table) -> bool:
        """Whether another mapping fills the same table, and will judge the rest of the rows."""
        return any(
            other is not model and any(t.target == table.target for t in other.mapping.tables)
            for other in self._models
        )


def _unique_columns(mapping: Mapping) -> Iterator[tuple[Table, str]]:
    for table, name, column in mapping.all_columns():
        if column.unique:
            yield table, name
