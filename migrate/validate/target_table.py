"""What all mappings together say about each target table, and how its rows are read as text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from psycopg import sql

from migrate.errors import FixInputError
from migrate.mapping.column_type import ColumnType
from migrate.mapping.spec import Column, Mapping, Table
from migrate.validate.canonical import Canonical, canonical_of
from migrate.validate.session import Connection, comma, identifier

_MASKED_CLASSES = {"personal", "medical"}


@dataclass(slots=True)
class TargetTable:
    """One target table, whichever mappings fill it."""

    name: str
    key_columns: list[str]
    types: dict[str, ColumnType] = field(default_factory=dict)
    masked: set[str] = field(default_factory=set)
    """Columns whose values no report may show."""
    references: dict[str, str] = field(default_factory=dict)
    unique: set[str] = field(default_factory=set)
    owned: list[str] | None = field(default_factory=list)
    """SQL conditions of which one holds for a row of ours; None when the whole table is ours."""
    null_when_unmapped: set[str] = field(default_factory=set)
    """Columns without a default: NULL in the rows of a mapping that does not name them."""

    @property
    def columns(self) -> list[str]:
        return list(self.types)

    def canonicals(self) -> list[Canonical]:
        """One function a column, from fetched text to canonical text."""
        return [canonical_of(column_type) for column_type in self.types.values()]

    def as_text(self) -> sql.Composed:
        """The columns as text, in the order of `columns`, of a table called t."""
        return comma([_as_text(name, self.types[name]) for name in self.types])

    def keys_as_text(self) -> sql.Composed:
        """The key columns as text."""
        return comma([_as_text(name, self.types[name]) for name in self.key_columns])

    def key_names(self, alias: str) -> sql.Composed:
        """The key columns, qualified."""
        return comma([sql.Identifier(alias, name) for name in self.key_columns])

    def key_canonical(self) -> Callable[[tuple[Any, ...]], tuple[str, ...]]:
        """From the texts of `keys_as_text` to a canonical key."""
        functions = [canonical_of(self.types[name]) for name in self.key_columns]
        return lambda texts: tuple(
            "" if text is None else function(text)
            for function, text in zip(functions, texts, strict=True)
        )

    def ours(self, *, with_parameters: bool = False) -> sql.Composable:
        """The SQL condition for rows that the mappings own.

        In a statement with parameters, psycopg wants its percent signs doubled.
        """
        if self.owned is None:
            return sql.SQL("true")
        # The condition is SQL of the mapping's author, who may write any (docs: `owns`).
        wheres = [w.replace("%", "%%") if with_parameters else w for w in self.owned]
        conditions = [sql.SQL("({})").format(sql.SQL(where)) for where in wheres]
        return sql.SQL("({})").format(sql.SQL(" OR ").join(conditions))


def _as_text(name: str, column_type: ColumnType) -> sql.Composed:
    cast = "{}::text[]" if column_type.is_array else "{}::text"
    return sql.SQL(cast).format(sql.Identifier("t", name))


def target_tables(mappings: Iterable[Mapping]) -> dict[str, TargetTable]:
    """Every target table of the mappings, by name."""
    found: dict[str, TargetTable] = {}
    for mapping in mappings:
        for table in mapping.tables:
            known = found.setdefault(table.target, TargetTable(table.target, table.key_columns))
            _add(known, mapping, table)
    return found


def _add(known: TargetTable, mapping: Mapping, table: Table) -> None:
    for name, column in table.columns.items():
        known.types.setdefault(name, column.type)
        if column.data_class in _MASKED_CLASSES:
            known.masked.add(name)
        if column.references:
            known.references[name] = column.references
        if column.unique:
            known.unique.add(name)
    if mapping.owns == "table":
        known.owned = None
    elif known.owned is not None and mapping.owns.where not in known.owned:
        known.owned.append(mapping.owns.where)


def describe(connection: Connection, tables: dict[str, TargetTable]) -> None:
    """Look each table up in the catalogue. Raises FixInputError when one does not exist."""
    for table in tables.values():
        found = connection.execute(
            "SELECT attname, atthasdef OR attidentity <> '' FROM pg_attribute"
            " WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped",
            (identifier(table.name).as_string(connection),),
        ).fetchall()
        if not found:
            message = f"table {table.name} does not exist in the target"
            raise FixInputError(message, "create the target's tables, or check the mappings")
        table.null_when_unmapped = {name for name, has_default in found if not has_default}


@dataclass(frozen=True, slots=True)
class ParentKey:
    """The key column that references to a table point to."""

    table: str
    column: str
    type: ColumnType


def parent_keys(connection: Connection, tables: dict[str, TargetTable]) -> dict[str, ParentKey]:
    """For every referenced table its key column, mapped or looked up in the catalogue."""
    found: dict[str, ParentKey] = {}
    for table in tables.values():
        for name, parent in table.references.items():
            if parent not in found:
                column = _parent_column(connection, tables, parent)
                found[parent] = ParentKey(parent, column, table.types[name])
    return found


def _parent_column(connection: Connection, tables: dict[str, TargetTable], parent: str) -> str:
    if parent in tables:
        columns = tables[parent].key_columns
    else:
        rows = connection.execute(
            "SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid"
            " AND attnum = ANY(indkey) WHERE indisprimary AND indrelid = to_regclass(%s)",
            (identifier(parent).as_string(connection),),
        ).fetchall()
        columns = [str(row[0]) for row in rows]
    if len(columns) != 1:
        hint = "references point to a table with a primary key of one column"
        raise FixInputError(f"{parent} is referenced, but has no single key column", hint)
    return columns[0]


def orphan_policy(mapping: Mapping, column: Column) -> str:
    """What the mapping does with a row whose reference points nowhere."""
    return column.orphans or mapping.orphans
