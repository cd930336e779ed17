"""One expected row against the texts that the target gave for it."""

from __future__ import annotations

from collections.abc import Iterator

from migrate.mapping.spec import Mapping
from migrate.validate.interpretation import ExpectedRow
from migrate.validate.outcome import ColumnDifference, Difference
from migrate.validate.target_rows import Texts
from migrate.validate.target_table import TargetTable, orphan_policy


class RowComparison:
    """Rows of one mapping in one target table."""

    def __init__(self, table: TargetTable, mapping: Mapping) -> None:
        self._table = table
        self._columns = list(zip(table.columns, table.canonicals(), strict=True))
        self._nulling = {
            name: column.references
            for place, name, column in mapping.all_columns()
            if place.target == table.name
            and column.references
            and orphan_policy(mapping, column) == "null"
        }

    def differs(self, row: ExpectedRow, texts: Texts) -> bool:
        """Whether any column is not as expected."""
        return next(self._unequal(row, texts), None) is not None

    def _unequal(
        self, row: ExpectedRow, texts: Texts
    ) -> Iterator[tuple[str, str | None, str | None]]:
        """Columns that differ: name, expected, actual, both canonical."""
        values, null_when_unmapped = row.values, self._table.null_when_unmapped
        for (name, canonical), text in zip(self._columns, texts, strict=True):
            if name in values:
                expected = values[name]
            elif name in null_when_unmapped:
                expected = None
            else:
                continue
            if text == expected:  # canonical text is its own canonical form
                continue
            actual = None if text is None else canonical(text)
            if actual != expected:
                yield name, expected, actual

    def nulled_references(self, row: ExpectedRow, texts: Texts) -> Iterator[tuple[str, str]]:
        """References that are NULL in the target, perhaps by `orphans: null`: table and value."""
        for name, expected, actual in self._unequal(row, texts):
            if actual is None and expected is not None and name in self._nulling:
                yield self._nulling[name], expected

    def difference(
        self, row: ExpectedRow, texts: Texts, present: dict[str, set[str]]
    ) -> Difference | None:
        """The difference, or None when only references to absent parents are NULL."""
        columns = []
        for name, expected, actual in self._unequal(row, texts):
            parent = self._nulling.get(name)
            if actual is None and parent is not None and expected not in present[parent]:
                continue
            columns.append(
                ColumnDifference(name, self._shown(name, expected), self._shown(name, actual))
            )
        if not columns:
            return None
        return Difference(row.table, "different", self.key_of(row), tuple(columns))

    def missing(self, row: ExpectedRow, note: str = "") -> Difference:
        """The row is not there."""
        return Difference(row.table, "missing", self.key_of(row), note=note)

    def again(self, row: ExpectedRow) -> Difference:
        """The key stands in the table more than once."""
        note = "the key stands in the table more than once"
        return Difference(row.table, "extra", self.key_of(row), note=note)

    def key_of(self, row: ExpectedRow) -> dict[str, str]:
        return dict(zip(self._table.key_columns, row.key, strict=True))

    def _shown(self, name: str, value: str | None) -> str | None:
        if value is None or name not in self._table.masked:
            return value
        return f"‹{len(value)} character{'' if len(value) == 1 else 's'}›"
