"""The mapping specification: YAML turned into validated models, problems at file:line:column.

What each key means is docs/reference/mapping-language.md; what is checked within one file is
here and in `migrate.mapping.column`, what needs a whole file or all of them together is in
`migrate.mapping.lint`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator, model_validator

from migrate.mapping.column import Column, Form, Orphans
from migrate.mapping.condition import Condition
from migrate.mapping.condition import paths as condition_paths
from migrate.mapping.names import COLUMN_FORM, ColumnName, TableName
from migrate.mapping.part import Leave, Part, tuples
from migrate.mapping.path import OnePath, Path
from migrate.mapping.policy import Duplicates, KeepFirst, Owns, OwnsWhere
from migrate.mapping.problems import Finding, Given, raise_all
from migrate.mapping.source import Source
from migrate.mapping.transforms import TRANSFORMS, Element, Rest
from migrate.yaml_source import nearest

__all__ = [
    "Child", "Column", "Form", "KeepFirst", "Mapping", "Orphans", "OwnsWhere", "Source", "Table",
    "TableName", "known_keys",
]  # fmt: skip


def _index_tuples(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return tuple(tuple(one) if isinstance(one, list) else (one,) for one in value)


_COLUMN = {"type": "string", "pattern": COLUMN_FORM}

Columns = Annotated[dict[ColumnName, Column], Field(min_length=1)]
Indexes = Annotated[
    tuple[Annotated[tuple[ColumnName, ...], Field(min_length=1)], ...],
    BeforeValidator(_index_tuples),
    WithJsonSchema(
        {
            "type": "array",
            "items": {"anyOf": [_COLUMN, {"type": "array", "items": _COLUMN, "minItems": 1}]},
        }
    ),
]


class Table(Part):
    """Rows of one target table: one row an item, or one an element (`Child`)."""

    target: TableName
    columns: Columns
    when: Annotated[Condition | None, Given] = None
    indexes: Indexes = ()

    @model_validator(mode="after")
    def _fits(self) -> Table:
        raise_all("table", _table_findings(self.target, self.columns, self.indexes))
        return self

    @property
    def in_child(self) -> bool:
        return False

    @property
    def key_columns(self) -> list[str]:
        return [name for name, column in self.columns.items() if column.key]


class Child(Table):
    """A list whose elements become rows."""

    list_path: OnePath = Field(alias="list")
    where: Annotated[Condition | None, Given] = None
    bad_element: Literal["item", "element"] = "item"
    leave: Leave = Field(default_factory=dict)

    @field_validator("when", mode="before")
    @classmethod
    def _no_when(cls, _: Any) -> Any:
        raise ValueError("a child list has no when // where is asked of each element")

    @property
    def in_child(self) -> bool:
        return True

    @property
    def takes_scalars(self) -> bool:
        """Whether elements are scalars, so that no column reads attributes of the element."""
        return not any(column.element_paths(in_child=True) for column in self.columns.values())

    @property
    def takes_whole(self) -> bool:
        """Whether some column takes the element whole, so that all of it is known."""
        return any(isinstance(column.transform, Element) for column in self.columns.values())


class Mapping(Part):
    """One model's mapping: the only description of how its items become rows."""

    version: Literal[1] = Field(alias="mapping")
    source: Source
    target: TableName
    columns: Columns
    indexes: Indexes = ()
    further: Annotated[tuple[Table, ...], BeforeValidator(tuples)] = Field(
        default=(), alias="tables"
    )
    children: Annotated[tuple[Child, ...], BeforeValidator(tuples)] = ()
    leave: Leave = Field(default_factory=dict)
    unknown: Literal["reject", "leave", "keep"] = "reject"
    duplicates: Duplicates = "reject-all"
    orphans: Orphans = "reject"
    owns: Owns = "table"

    @model_validator(mode="before")
    @classmethod
    def _is_map(cls, value: Any) -> Any:
        if not isinstance(value, dict | Mapping):
            raise ValueError("a mapping is a map of keys // see docs/reference/mapping-language.md")
        return value

    @model_validator(mode="after")
    def _fits(self) -> Mapping:
        findings = [*_table_findings(self.target, self.columns, self.indexes), *_policies(self)]
        raise_all("mapping", findings)
        return self

    @property
    def model(self) -> str:
        return self.source.model

    @cached_property
    def root(self) -> Table:
        """The first table, whose rows stand for the items."""
        return Table(target=self.target, columns=self.columns, indexes=self.indexes)

    @cached_property
    def tables(self) -> list[Table]:
        """Every target table in the order of evaluation; child lists are `Child`."""
        return [self.root, *self.further, *self.children]

    def all_columns(self) -> Iterator[tuple[Table, str, Column]]:
        for table in self.tables:
            for name, column in table.columns.items():
                yield table, name, column

    @cached_property
    def stored_paths(self) -> set[Path]:
        """Every path of an item that a column or a child list takes something from."""
        found = {
            path
            for table, _, column in self.all_columns()
            for path in column.item_paths(in_child=table.in_child)
        }
        return found | {child.list_path for child in self.children}

    @cached_property
    def item_paths(self) -> set[Path]:
        """Every path that the mapping reads from an item, the list paths included."""
        found = self.stored_paths | set(condition_paths(self.source.where))
        for table in self.tables:
            found.update(condition_paths(table.when))
        found.update((name,) for name in self.source.key)
        if self.source.tombstone:
            found.add((self.source.tombstone,))
        return found

    @cached_property
    def hash(self) -> str:
        """SHA-256 in hex over the content with defaults filled in, not over the text."""
        dumped = self.model_dump(mode="json", by_alias=True, serialize_as_any=True)
        content = json.dumps(_ordered(dumped), sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(content.encode()).hexdigest()


def _ordered(value: Any) -> Any:
    """Columns as a list of pairs: their order is content, that of other keys is not."""
    if isinstance(value, list):
        return [_ordered(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    found = {name: _ordered(entry) for name, entry in value.items()}
    if isinstance(found.get("columns"), dict):
        found["columns"] = list(found["columns"].items())
    return found


def _table_findings(
    target: str, columns: dict[str, Column], indexes: tuple[tuple[str, ...], ...]
) -> Iterator[Finding]:
    if not any(column.key for column in columns.values()):
        yield ("columns",), f"{target} has no key column", "mark one with key: true"
    for place, index in enumerate(indexes):
        for name in index:
            if name not in columns:
                at: tuple[str | int, ...] = ("indexes", place)
                yield at, f"indexes names no column {name!r}", nearest(name, columns)


def _policies(mapping: Mapping) -> Iterator[Finding]:
    rest = [name for name, one in mapping.columns.items() if isinstance(one.transform, Rest)]
    if mapping.unknown == "keep" and len(rest) != 1:
        yield ("unknown",), "unknown: keep needs exactly one column with rest: true", ""
    if mapping.unknown != "keep" and rest:
        yield ("columns", rest[0], "rest"), "rest: true needs unknown: keep", ""
    if isinstance(mapping.duplicates, KeepFirst):
        name = mapping.duplicates.column
        if name not in mapping.columns:
            message = f"keep-first-by names no column of {mapping.target}"
            yield ("duplicates",), message, nearest(name, mapping.columns)


def known_keys() -> set[str]:
    """Every key the language knows, for hints on a mistyped one."""
    known = set(TRANSFORMS) | {"with"}
    for model in (Mapping, Table, Child, Source, Column, OwnsWhere):
        known.update(field.alias or name for name, field in model.model_fields.items())
    return known - {"transform"}
