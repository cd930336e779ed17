"""Compares a batch of items with the rows of the target, and stages what the end needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from migrate.mapping.path import text
from migrate.mapping.spec import Mapping
from migrate.validate.evidence import Evidence, evidence_of
from migrate.validate.identity import key_shown, key_text
from migrate.validate.interpret import Interpreter
from migrate.validate.interpretation import ElementRefusal, ExpectedRow, Key, Refusal
from migrate.validate.judge import REJECTED_YET_ACCEPTED, Claim, Judged, count, judge
from migrate.validate.outcome import Difference, Rejected, Tally
from migrate.validate.reader import Item
from migrate.validate.row_difference import RowComparison
from migrate.validate.scratch import Scratch, stage
from migrate.validate.session import Connection
from migrate.validate.target_rows import Texts, present_values, rows_by_key
from migrate.validate.target_table import ParentKey, TargetTable, orphan_policy

RejectLookup = Callable[[Connection, str, list[str]], dict[str, list[Rejected]]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What every worker needs to know. Picklable."""

    mappings: dict[str, Mapping]
    tables: dict[str, TargetTable]
    parents: dict[str, ParentKey]
    scratch: Scratch
    rejected: RejectLookup
    differences_max: int


@dataclass(frozen=True, slots=True)
class _Judged:
    key: str
    item: Item
    judged: Judged


class BatchComparison:
    """One mapping's items against the target, batch by batch; findings go to `tally`."""

    def __init__(self, connection: Connection, plan: Plan, mapping: Mapping, tally: Tally) -> None:
        self._connection = connection
        self._plan = plan
        self._mapping = mapping
        self._tally = tally
        self._interpreter = Interpreter(mapping)
        self._rows = {
            table.target: RowComparison(plan.tables[table.target], mapping)
            for table in mapping.tables
        }
        self._rejecting = _rejecting_references(mapping)
        self._element_lists = {
            text(child.list_path) for child in mapping.children if child.bad_element == "element"
        }

    def compare(self, batch: Sequence[Item]) -> None:
        """One batch: interpret, look up, compare, stage."""
        items = self._judge(batch)
        actual = self._look_up(items)
        unequal: list[tuple[ExpectedRow, Texts]] = []
        for item in items:
            self._compare_item(item, actual, unequal)
        self._add_differences(unequal)
        self._confirm_orphans(items)
        self._stage(items)

    def _judge(self, batch: Sequence[Item]) -> list[_Judged]:
        model = self._mapping.model
        keys = [key_text(self._mapping, item) for item in batch]
        held = self._plan.rejected(self._connection, model, keys)
        items = []
        for item_key, item in zip(keys, batch, strict=True):
            judged = judge(self._interpreter.interpret(item), held.get(item_key, ()))
            count(self._tally, model, judged)
            items.append(_Judged(item_key, item, judged))
        return items

    def _look_up(self, items: list[_Judged]) -> dict[str, dict[Key, list[Texts]]]:
        wanted: dict[str, set[Key]] = {name: set() for name in self._rows}
        for item in items:
            for row in (*item.judged.expected, *item.judged.doubtful):
                wanted[row.table].add(row.key)
            for refusal in item.judged.unheld:
                if refusal.key is not None:
                    wanted[_table_of_key(refusal, self._mapping)].add(refusal.key)
        return {
            name: rows_by_key(self._connection, self._plan.tables[name], list(keys))
            for name, keys in wanted.items()
        }

    def _compare_item(
        self,
        item: _Judged,
        actual: dict[str, dict[Key, list[Texts]]],
        unequal: list[tuple[ExpectedRow, Texts]],
    ) -> None:
        for row in item.judged.expected:
            found = actual[row.table].get(row.key, [])
            comparison = self._rows[row.table]
            self._tally.table(row.table).compared += len(found)
            if not found:
                self._tally.add(comparison.missing(row))
                continue
            if len(found) > 1:
                again = comparison.again(row)
                self._tally.add(again, rows=len(found) - 1)
            if comparison.differs(row, found[0]):
                unequal.append((row, found[0]))
        for row in item.judged.doubtful:  # where it is present, it counts as extra at the end
            if row.key not in actual[row.table]:
                self._tally.add(self._rows[row.table].missing(row, REJECTED_YET_ACCEPTED))
        for refusal in item.judged.unheld:
            self._add_unheld(item, refusal, actual)

    def _add_unheld(
        self,
        item: _Judged,
        refusal: Refusal | ElementRefusal,
        actual: dict[str, dict[Key, list[Texts]]],
    ) -> None:
        table = _table_of_key(refusal, self._mapping)
        if refusal.key is not None and refusal.key in actual[table]:
            return  # the row is there, and counts as extra at the end
        key = key_shown(self._mapping, item.item)
        if isinstance(refusal, ElementRefusal):
            key |= {"list": refusal.list, "position": str(refusal.position)}
        place = f" in {refusal.table}.{refusal.column}" if refusal.column else ""
        note = f"the mapping rejects it ({refusal.rule}{place}), but the ledger holds no reject"
        self._tally.add(Difference(table, "missing", key, note=note))

    def _add_differences(self, rows: list[tuple[ExpectedRow, Texts]]) -> None:
        """Differences, except references that are NULL because their parent does not exist."""
        wanted: dict[str, set[str]] = {}
        for row, texts in rows:
            for parent, value in self._rows[row.table].nulled_references(row, texts):
                wanted.setdefault(parent, set()).add(value)
        present = self._present(wanted)
        for row, texts in rows:
            difference = self._rows[row.table].difference(row, texts, present)
            if difference is not None:
                self._tally.add(difference)

    def _present(self, wanted: dict[str, set[str]]) -> dict[str, set[str]]:
        return {
            parent: present_values(self._connection, self._plan.parents[parent], values)
            for parent, values in wanted.items()
        }

    def _confirm_orphans(self, items: list[_Judged]) -> None:
        """An orphan's reject is right when a reference of it points nowhere in the target."""
        claims = [
            (claim, self._references(claim))
            for item in items
            for claim in item.judged.claims
            if claim.rejected.rule == "orphan"
        ]
        wanted: dict[str, set[str]] = {}
        for _, references in claims:
            for parent, value in references:
                wanted.setdefault(parent, set()).add(value)
        present = self._present(wanted)
        for claim, references in claims:
            if all(value in present[parent] for parent, value in references):
                row = claim.rows[0]
                note = "rejected as orphan, but every row it refers to is there"
                self._tally.add(self._rows[row.table].missing(row, note))

    def _references(self, claim: Claim) -> list[tuple[str, str]]:
        """The references that could have the claim's item (or element) rejected."""
        return [
            (self._rejecting[row.table, name], value)
            for row in claim.rows
            if claim.rejected.list is not None or row.list not in self._element_lists
            for name, value in row.values.items()
            if value is not None and (row.table, name) in self._rejecting
        ]

    def _stage(self, items: list[_Judged]) -> None:
        keys: dict[str, list[Key]] = {}
        evidence: list[Evidence] = []
        for item in items:
            for row in item.judged.expected:
                keys.setdefault(row.table, []).append(row.key)
            for claim in item.judged.claims:
                evidence += evidence_of(claim, self._mapping, item.key, self._plan.tables)
        stage(self._connection, self._plan.scratch, keys, evidence)


def _rejecting_references(mapping: Mapping) -> dict[tuple[str, str], str]:
    return {
        (table.target, name): column.references
        for table, name, column in mapping.all_columns()
        if column.references and orphan_policy(mapping, column) != "null"
    }


def _table_of_key(refusal: Refusal | ElementRefusal, mapping: Mapping) -> str:
    """The table of `refusal.key`: for an item that is refused whole, that of its first row."""
    return refusal.table if isinstance(refusal, ElementRefusal) else mapping.target
