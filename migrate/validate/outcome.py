"""What a reconciliation found: exact counts, and the first differences of each table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["missing", "extra", "different"]


@dataclass(frozen=True, slots=True)
class Rejected:
    """An open reject of the ledger: a whole item, or one element of a list (counted from 0)."""

    list: str | None
    position: int | None
    rule: str


@dataclass(frozen=True, slots=True)
class ColumnDifference:
    """One column; None is SQL NULL. Personal and medical values stand as their length."""

    column: str
    expected: str | None
    actual: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that differs. `key` has the key columns, or the item's key where no row has one."""

    table: str
    kind: Kind
    key: dict[str, str]
    columns: tuple[ColumnDifference, ...] = ()
    note: str = ""


@dataclass(slots=True)
class TableResult:
    """One table. `compared` counts rows of the target that were looked at: those found under an
    expected key, and the extra ones. A missing row is not in the target, so not in `compared`."""

    table: str
    compared: int = 0
    missing: int = 0
    extra: int = 0
    different: int = 0


@dataclass(slots=True)
class ModelCounts:
    """Items of one model as the verifier read them: read = rows + tombstones + filtered +
    rejected. `rejected` has those judged over the whole (duplicates, orphans) too."""

    model: str
    read: int = 0
    rows: int = 0
    tombstones: int = 0
    filtered: int = 0
    rejected: int = 0


@dataclass(slots=True)
class ChildCounts:
    """Elements of one child list of the items that make rows: read = rows + filtered + rejected."""

    model: str
    list: str
    read: int = 0
    rows: int = 0
    filtered: int = 0
    rejected: int = 0


@dataclass(slots=True)
class Reconciliation:
    """Every row and column of every mapped table, compared in both directions."""

    tables: list[TableResult]
    differences: list[Difference]
    """At most `differences_max` of each table; the counts of `tables` are exact."""
    models: list[ModelCounts]
    children: list[ChildCounts]

    @property
    def is_equal(self) -> bool:
        return not any(t.missing or t.extra or t.different for t in self.tables)


@dataclass(slots=True)
class Tally:
    """Counts and first differences of a part of the work; parts add up."""

    differences_max: int
    tables: dict[str, TableResult] = field(default_factory=dict)
    differences: dict[str, list[Difference]] = field(default_factory=dict)
    models: dict[str, ModelCounts] = field(default_factory=dict)
    children: dict[tuple[str, str], ChildCounts] = field(default_factory=dict)

    def table(self, name: str) -> TableResult:
        return self.tables.setdefault(name, TableResult(name))

    def model(self, name: str) -> ModelCounts:
        return self.models.setdefault(name, ModelCounts(name))

    def child(self, model: str, list_name: str) -> ChildCounts:
        return self.children.setdefault((model, list_name), ChildCounts(model, list_name))

    def add(self, difference: Difference, rows: int = 1) -> None:
        """Count a difference, and keep it while there is room."""
        result = self.table(difference.table)
        setattr(result, difference.kind, getattr(result, difference.kind) + rows)
        self.keep(difference)

    def keep(self, difference: Difference) -> None:
        kept = self.differences.setdefault(difference.table, [])
        if len(kept) < self.differences_max:
            kept.append(difference)

    def merge(self, other: Tally) -> None:
        """Add what another part of the work found."""
        for table in other.tables.values():
            _sum(self.table(table.table), table)
        for model in other.models.values():
            _sum(self.model(model.model), model)
        for child in other.children.values():
            _sum(self.child(child.model, child.list), child)
        for found in other.differences.values():
            for difference in found:
                self.keep(difference)

    def result(self) -> Reconciliation:
        """Everything, sorted by name."""
        return Reconciliation(
            tables=[self.tables[name] for name in sorted(self.tables)],
            differences=[d for name in sorted(self.differences) for d in self.differences[name]],
            models=[self.models[name] for name in sorted(self.models)],
            children=[self.children[name] for name in sorted(self.children)],
        )


def _sum(total: object, part: object) -> None:
    for name in part.__dataclass_fields__:  # type: ignore[attr-defined]
        value = getattr(part, name)
        if isinstance(value, int):
            setattr(total, name, getattr(total, name) + value)
