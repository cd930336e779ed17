"""Judges what needs the whole load: key clashes, duplicates, then orphans until none is left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate.errors import AskOperatorError
from migrate.ledger import rejects
from migrate.mapping.spec import Child, Column, KeepFirst, Mapping, Table
from migrate.observe import Note, Observer
from migrate.pipeline.job import Job
from migrate.pipeline.model import Model
from migrate.pipeline.victims import (
    Broken,
    Finder,
    KeyTexts,
    reject_elements,
    reject_items,
    row_keys,
    values_of,
)
from migrate.target import judging, rows
from migrate.target.connection import Connection


class Judge:
    """One judgement over a loaded target."""

    def __init__(self, connection: Connection, run_id: str, job: Job, observer: Observer) -> None:
        self._connection = connection
        self._run_id = run_id
        self._observer = observer
        self._models = [Model(mapping) for mapping in job.mappings]
        self._finders = {model.mapping.model: Finder(job, model) for model in self._models}
        self._parents = _keys_of_tables(job.mappings)

    def run(self) -> None:
        """Every step is one transaction or repeatable, so that a killed judgement goes on."""
        self.run_clashes()
        for model in self._models:
            for table, name in _unique_columns(model.mapping):
                self._duplicates(model, table, name)
        while any(self._orphans(model) for model in self._models):
            pass

    def run_clashes(self) -> None:
        """Where PostgreSQL refused the later of two items, the earlier must not win by luck."""
        for model in self._models:
            self._key_clashes(model)
            if model.mapping.duplicates == "reject-all":
                self._refused_duplicates(model)

    def _key_clashes(self, model: Model) -> None:
        """Of two items with one target key the later was refused; the earlier must go too."""
        found = rejects.open_rejects(
            self._connection, self._run_id, model=model.mapping.model, rules=["key-clash"]
        )
        for table in model.mapping.tables:
            keys = {
                key
                for one in found
                if one.list is None and isinstance(one.body, dict)
                for key in row_keys(model, table, one.body)
            }
            if keys and not table.in_child:
                held = self._held(table, keys)
                broken = Broken("key-clash", table.target, ", ".join(table.key_columns))
                self._reject(model, table, held, broken, without=[one.item_key for one in found])

    def _refused_duplicates(self, model: Model) -> None:
        found = rejects.open_rejects(
            self._connection, self._run_id, model=model.mapping.model, rules=["duplicate"]
        )
        bodies = [one.body for one in found if one.list is None and isinstance(one.body, dict)]
        for table, name in _unique_columns(model.mapping):
            texts = sorted(values_of(model, table, name, bodies))
            shown = self._finders[model.mapping.model].shown(table)
            column = (name, table.columns[name])
            held = judging.holders(self._connection, table.target, column, texts, shown)
            self._reject(model, table, held, Broken("duplicate", table.target, name))

    def _held(self, table: Table, keys: set[KeyTexts]) -> list[KeyTexts]:
        columns = [(name, table.columns[name]) for name in table.key_columns]
        return sorted(rows.existing(self._connection, table.target, columns, sorted(keys)))

    def _duplicates(self, model: Model, table: Table, name: str) -> None:
        mapping = model.mapping
        policy = mapping.duplicates
        keep_by = policy.column if isinstance(policy, KeepFirst) else None
        if keep_by is not None and keep_by not in table.columns:
            keep_by = None
        shown = self._finders[mapping.model].shown(table)
        found = judging.sharing(
            self._connection, mapping, table.target, name, shown, keep_by, table.key_columns
        )
        self._connection.commit()
        self._reject(model, table, found, Broken("duplicate", table.target, name))

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
        parent = (str(column.references), self._parents[str(column.references)])
        policy = column.orphans or mapping.orphans
        if policy == "null" and not column.is_required:
            with self._connection.transaction():
                count = judging.forget_dangling(
                    self._connection, mapping, table.target, name, parent
                )
            if count:
                self._observer(Note(f"{table.target}.{name}: {count} dangling set to NULL"))
            return False
        shown = self._finders[mapping.model].shown(table)
        found = judging.dangling(self._connection, mapping, table.target, name, parent, shown)
        self._connection.commit()
        if found and policy == "stop":
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
        items, left = self._finders[model.mapping.model].items(table, found, without)
        keys = {row[: len(table.key_columns)] for row in found} - set(left)
        with self._connection.transaction():
            if isinstance(table, Child) and table.bad_element == "element":
                count = reject_elements(
                    self._connection, self._run_id, model, table, items, keys, broken
                )
            else:
                count = reject_items(self._connection, self._run_id, model, items, broken)
        if left and not self._made_by_another(model, table):
            raise AskOperatorError(
                f"{len(left)} rows of {table.target} break the rule {broken.rule} by"
                f" {broken.column}, but no item of the source makes them",
                "the source changed after the load, or the rows are not ours; load again",
            )
        self._observer(
            Note(f"{broken.rule} {table.target}.{broken.column}: {count} moved to the rejects")
        )
        return count > 0

    def _made_by_another(self, model: Model, table: Table) -> bool:
        """Whether another mapping fills the same table, and will judge the rest of the rows."""
        return any(
            other is not model and any(t.target == table.target for t in other.mapping.tables)
            for other in self._models
        )


def _keys_of_tables(mappings: Sequence[Mapping]) -> dict[str, str]:
    return {table.target: table.key_columns[0] for mapping in mappings for table in mapping.tables}


def _unique_columns(mapping: Mapping) -> Iterator[tuple[Table, str]]:
    for table, name, column in mapping.all_columns():
        if column.unique:
            yield table, name
