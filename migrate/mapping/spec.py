"""The mapping specification: YAML turned into validated models, problems at file:line:column.

What each key means is docs/reference/mapping-language.md; what is checked within one file is
here, what needs all files together is in `migrate.mapping.lint`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from migrate.mapping.column_type import ColumnType
from migrate.mapping.condition import Condition
from migrate.mapping.condition import paths as condition_paths
from migrate.mapping.constant import Constant
from migrate.mapping.path import OnePath, Path
from migrate.mapping.transforms import TRANSFORMS, Rest, Transform
from migrate.yaml_source import nearest

_NAME = re.compile(r"[a-z_][a-z0-9_$]*\Z")
_OFFSET = r"^(Z|[+-](0[0-9]|1[0-9]|2[0-3]):[0-5][0-9])$"

Form = Literal["json-text", "number-text", "boolean-text", "epoch-seconds", "epoch-milliseconds"]
OnNull = Literal["nothing", "default", "reject", "json"]
OnEmpty = Literal["keep", "nothing", "default", "reject"]
Orphans = Literal["reject", "null", "stop"]
DataClass = Literal["public", "internal", "personal", "medical"]

_NUMBERS = {"smallint", "integer", "bigint", "numeric", "double precision"}
_INSTANTS = {"timestamp", "timestamptz"}
_FORMS_OF: dict[str, set[str]] = {
    "json-text": {"jsonb"},
    "number-text": _NUMBERS | _INSTANTS | {"date"},
    "boolean-text": {"boolean"},
    "epoch-seconds": _INSTANTS | {"date"},
    "epoch-milliseconds": _INSTANTS | {"date"},
}


def _column_name(name: str) -> str:
    if not _NAME.match(name):
        raise ValueError(f"{name!r} is not a plain column name // lower case, digits and _")
    if len(name.encode()) > 63:
        raise ValueError(f"{name!r} is longer than PostgreSQL's 63 bytes")
    return name


def _table_name(name: str) -> str:
    parts = name.split(".")
    if len(parts) != 2 or not all(_NAME.match(part) for part in parts):
        raise ValueError(f"{name!r} is not schema.table // such as core.users")
    return name


def _as_tuple(value: Any) -> Any:
    return (
        (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value
    )


TableName = Annotated[str, AfterValidator(_table_name)]
ColumnName = Annotated[str, AfterValidator(_column_name)]
Leave = dict[str, str]


class _Spec(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        arbitrary_types_allowed=True,
        populate_by_name=True,
    )


class Column(_Spec):
    """One target column: a transform that finds the attribute, and how it becomes a value."""

    transform: Transform
    type: ColumnType
    key: bool = False
    required: bool = False
    default: Constant | None = None
    on_null: OnNull = "nothing"
    on_empty: OnEmpty = "keep"
    values: dict[str, Constant] | None = None
    unlisted: Literal["reject", "keep", "nothing"] = "reject"
    forms: Annotated[tuple[Form, ...], BeforeValidator(_as_tuple)] = Field(default=(), alias="as")
    zone: Annotated[str, Field(pattern=_OFFSET)] | None = None
    finer: Literal["reject", "round", "truncate"] = "reject"
    offset: Literal["reject", "drop"] = "reject"
    null_elements: Literal["reject", "keep"] = "reject"
    references: TableName | None = None
    unique: bool = False
    data_class: DataClass = Field(default="medical", alias="class")
    orphans: Orphans | None = None

    @model_validator(mode="before")
    @classmethod
    def _choose_transform(cls, value: Any) -> Any:
        if not isinstance(value, dict) or "transform" in value:
            return value
        chosen = [key for key in TRANSFORMS if key in value]
        if len(chosen) != 1:
            said = f"not {' and '.join(chosen)}" if chosen else "none is given"
            raise ValueError(
                f"a column takes its value from exactly one source ({said})"
                f" // one of {', '.join(TRANSFORMS)}"
            )
        kind = TRANSFORMS[chosen[0]]
        names = {field.alias or name for name, field in kind.model_fields.items()}
        taken = {name: value[name] for name in names if name in value}
        rest = {name: entry for name, entry in value.items() if name not in names}
        return {"transform": kind.model_validate(taken), **rest}

    @model_validator(mode="after")
    def _modifiers_fit(self) -> Column:
        name = self.type.name
        for form in self.forms:
            if name not in _FORMS_OF[form]:
                fits = ", ".join(sorted(_FORMS_OF[form]))
                raise ValueError(f"as: {form} does not fit type {self.type} // it fits {fits}")
        if {"epoch-seconds", "epoch-milliseconds"} <= set(self.forms):
            raise ValueError("as: an N cannot be both epoch-seconds and epoch-milliseconds")
        if self.zone and name not in _INSTANTS:
            raise ValueError(f"zone does not fit type {self.type}")
        if self.offset == "drop" and name not in {"date", "time"}:
            raise ValueError(f"offset: drop does not fit type {self.type}")
        if self.finer != "reject" and name not in {"numeric", "time", *_INSTANTS}:
            raise ValueError(f"finer does not fit type {self.type}")
        if self.null_elements == "keep" and not self.type.is_array:
            raise ValueError(f"null_elements does not fit type {self.type}")
        if self.on_null == "json" and name != "jsonb":
            raise ValueError("on_null: json fits jsonb only")
        if "default" in (self.on_null, self.on_empty) and self.default is None:
            raise ValueError("on_null and on_empty: default need a default")
        if self.unlisted != "reject" and self.values is None:
            raise ValueError("unlisted needs values")
        if self.key and (self.type.is_array or name in {"jsonb", "bytea", "double precision"}):
            raise ValueError(f"type {self.type} cannot be a key")
        if self.orphans == "null" and self.is_required:
            raise ValueError("orphans: null does not fit a required column")
        if self.orphans and not self.references:
            raise ValueError("orphans needs references")
        return self

    @property
    def is_required(self) -> bool:
        return self.required or self.key

    def item_paths(self, *, in_child: bool) -> list[Path]:
        return self.transform.item_paths(in_child=in_child)

    def element_paths(self, *, in_child: bool) -> list[Path]:
        return self.transform.element_paths(in_child=in_child)


class Table(_Spec):
    """Rows of one target table: one row an item, or one an element (`Child`)."""

    target: TableName
    columns: dict[ColumnName, Column] = Field(min_length=1)
    when: Condition | None = None
    indexes: tuple[tuple[ColumnName, ...], ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _lists_to_tuples(cls, value: Any) -> Any:
        return _index_tuples(value)

    @model_validator(mode="after")
    def _has_key(self) -> Table:
        if not self.key_columns:
            raise ValueError(f"{self.target} has no key column // mark one with key: true")
        for index in self.indexes:
            for name in index:
                if name not in self.columns:
                    hint = nearest(name, self.columns)
                    raise ValueError(f"indexes names no column {name!r} // {hint}")
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
    where: Condition | None = None
    bad_element: Literal["item", "element"] = "item"
    leave: Leave = Field(default_factory=dict)

    @property
    def in_child(self) -> bool:
        return True

    @property
    def takes_scalars(self) -> bool:
        """Whether elements are scalars, so that no column reads attributes of the element."""
        return not any(column.element_paths(in_child=True) for column in self.columns.values())


class Source(_Spec):
    """Which items: the model, its DynamoDB key, its tombstone mark and its filter."""

    model: str = Field(pattern=r"^\w+$")
    key: tuple[str, ...] = ("id",)
    tombstone: str | None = None
    where: Condition | None = None

    @model_validator(mode="before")
    @classmethod
    def _key_tuple(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("key"), list):
            return {**value, "key": tuple(value["key"])}
        return value

    @model_validator(mode="after")
    def _key_length(self) -> Source:
        if not 1 <= len(self.key) <= 2:
            raise ValueError("key names the partition key and at most one sort key")
        return self


class KeepFirst(_Spec):
    """`keep-first-by COLUMN`: of rows that share a unique value, the least COLUMN stays."""

    column: str


class OwnsWhere(_Spec):
    """Only rows that meet this SQL condition are the mapping's own."""

    where: str = Field(min_length=1)


class Mapping(_Spec):
    """One model's mapping: the only description of how its items become rows."""

    version: Literal[1] = Field(alias="mapping")
    source: Source
    target: TableName
    columns: dict[ColumnName, Column] = Field(min_length=1)
    indexes: tuple[tuple[ColumnName, ...], ...] = ()
    further: tuple[Table, ...] = Field(default=(), alias="tables")
    children: tuple[Child, ...] = ()
    leave: Leave = Field(default_factory=dict)
    unknown: Literal["reject", "leave", "keep"] = "reject"
    duplicates: Literal["reject-all"] | KeepFirst = "reject-all"
    orphans: Orphans = "reject"
    owns: Literal["table"] | OwnsWhere = "table"

    @model_validator(mode="before")
    @classmethod
    def _plain_forms(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            raise ValueError("a mapping is a map of keys // see docs/reference/mapping-language.md")
        value = _index_tuples(value)
        for name in ("tables", "children"):
            if isinstance(value.get(name), list):
                value = {**value, name: tuple(value[name])}
        duplicates = value.get("duplicates")
        if isinstance(duplicates, str) and duplicates.startswith("keep-first-by "):
            column = duplicates.removeprefix("keep-first-by ").strip()
            value = {**value, "duplicates": KeepFirst(column=column)}
        return value

    @model_validator(mode="after")
    def _policies_fit(self) -> Mapping:
        rest = [name for name, c in self.columns.items() if isinstance(c.transform, Rest)]
        if self.unknown == "keep" and len(rest) != 1:
            raise ValueError("unknown: keep needs exactly one column with rest: true")
        if self.unknown != "keep" and rest:
            raise ValueError("rest: true needs unknown: keep")
        if isinstance(self.duplicates, KeepFirst) and self.duplicates.column not in self.columns:
            hint = nearest(self.duplicates.column, self.columns)
            raise ValueError(f"keep-first-by names no column of {self.target} // {hint}")
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
    def item_paths(self) -> set[Path]:
        """Every path that the mapping reads from an item, the list paths included."""
        found: set[Path] = set(condition_paths(self.source.where))
        for table in self.tables:
            found.update(condition_paths(table.when))
            for column in table.columns.values():
                found.update(column.item_paths(in_child=table.in_child))
        found.update(child.list_path for child in self.children)
        found.update((name,) for name in self.source.key)
        if self.source.tombstone:
            found.add((self.source.tombstone,))
        return found

    @cached_property
    def hash(self) -> str:
        """SHA-256 in hex over the content with defaults filled in, not over the text."""
        content = json.dumps(
            self.model_dump(mode="json", by_alias=True, serialize_as_any=True),
            sort_keys=False, ensure_ascii=False, default=str,
        )  # fmt: skip
        return hashlib.sha256(content.encode()).hexdigest()


def _index_tuples(value: Any) -> Any:
    if isinstance(value, dict) and isinstance(value.get("indexes"), list):
        entries = [tuple(e) if isinstance(e, list) else (e,) for e in value["indexes"]]
        return {**value, "indexes": tuple(entries)}
    return value


def known_keys() -> set[str]:
    """Every key the language knows, for hints on a mistyped one."""
    known = set(TRANSFORMS) | {"with"}
    for model in (Mapping, Table, Child, Source, Column, OwnsWhere):
        known.update(field.alias or name for name, field in model.model_fields.items())
    return known - {"transform"}
