"""One target column: a transform that finds the attribute, and how it becomes a value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    WithJsonSchema,
    model_validator,
)

from migrate.mapping.column_type import ColumnType
from migrate.mapping.constant import Constant
from migrate.mapping.names import TableName
from migrate.mapping.part import Part
from migrate.mapping.path import Path
from migrate.mapping.problems import Finding, Given, raise_all
from migrate.mapping.transforms import TRANSFORMS, DerivedId, Position, Rest, Transform

_ZONE_FORM = "^(Z|[+-](0[0-9]|1[0-9]|2[0-3]):[0-5][0-9])$"
_ZONE = re.compile(_ZONE_FORM.removesuffix("$") + r"\Z", re.ASCII)

Form = Literal["json-text", "number-text", "boolean-text", "epoch-seconds", "epoch-milliseconds"]
OnNull = Literal["nothing", "default", "reject", "json"]
OnEmpty = Literal["keep", "nothing", "default", "reject"]
DataClass = Literal["public", "internal", "personal", "medical"]

_INTEGERS = {"smallint", "integer", "bigint"}
_NUMBERS = _INTEGERS | {"numeric", "double precision"}
_INSTANTS = {"timestamp", "timestamptz"}
_EPOCHS = {"epoch-seconds", "epoch-milliseconds"}
_FORMS_OF: dict[str, set[str]] = {
    "json-text": {"jsonb"},
    "number-text": _NUMBERS | _INSTANTS | {"date"},
    "boolean-text": {"boolean"},
    "epoch-seconds": _INSTANTS | {"date"},
    "epoch-milliseconds": _INSTANTS | {"date"},
}
_UUID_CHARACTERS = 36


def _null_as_text(value: Any) -> Any:
    return "null" if value is None else value


# In YAML, `orphans: null` is no text: it means the policy all the same, never "as if left out".
Orphans = Annotated[
    Literal["reject", "null", "stop"],
    BeforeValidator(_null_as_text),
    WithJsonSchema({"enum": ["reject", "null", "stop", None]}),
]


def _as_tuple(value: Any) -> Any:
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


def _not_empty(value: dict[str, Any]) -> dict[str, Any]:
    if not value:
        raise ValueError("an empty value map refuses every text // leave it out, or list them")
    return value


def _zone(value: str) -> str:
    if not _ZONE.match(value):
        raise ValueError("zone is Z, or an offset such as +09:00")
    return value


ValueMap = Annotated[dict[str, Constant], AfterValidator(_not_empty)]
Forms = Annotated[
    tuple[Form, ...],
    BeforeValidator(_as_tuple),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": list(get_args(Form))},
                {"type": "array", "items": {"enum": list(get_args(Form))}, "minItems": 1},
            ]
        }
    ),
]
Zone = Annotated[
    str, AfterValidator(_zone), WithJsonSchema({"type": "string", "pattern": _ZONE_FORM})
]


class Column(Part):
    """One target column. Modifiers that do not fit it are all told at once."""

    transform: Transform
    type: ColumnType
    key: bool = False
    required: bool = False
    default: Annotated[Constant | None, Given] = None
    on_null: OnNull = "nothing"
    on_empty: OnEmpty = "keep"
    values: Annotated[ValueMap | None, Given] = None
    unlisted: Literal["reject", "keep", "nothing"] = "reject"
    forms: Forms = Field(default=(), alias="as")
    zone: Annotated[Zone | None, Given] = None
    finer: Literal["reject", "round", "truncate"] = "reject"
    offset: Literal["reject", "drop"] = "reject"
    null_elements: Literal["reject", "keep"] = "reject"
    references: Annotated[TableName | None, Given] = None
    unique: bool = False
    data_class: DataClass = Field(default="medical", alias="class")
    orphans: Annotated[Orphans | None, BeforeValidator(_null_as_text)] = None

    @model_validator(mode="before")
    @classmethod
    def _choose_transform(cls, value: Any) -> Any:
        if not isinstance(value, dict) or isinstance(value.get("transform"), Transform):
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
        raise_all("column", [*_misfits_of_type(self), *_misfits_of_policy(self)])
        return self

    @property
    def is_required(self) -> bool:
        return self.required or self.key

    def item_paths(self, *, in_child: bool) -> list[Path]:
        return self.transform.item_paths(in_child=in_child)

    def element_paths(self, *, in_child: bool) -> list[Path]:
        return self.transform.element_paths(in_child=in_child)


def _misfits_of_type(column: Column) -> Iterator[Finding]:
    """Modifiers and sources that the column's type cannot have."""
    name, shown = column.type.name, column.type
    for form in column.forms:
        if name not in _FORMS_OF[form]:
            fits = ", ".join(sorted(_FORMS_OF[form]))
            yield ("as",), f"as: {form} does not fit type {shown}", f"it fits {fits}"
    if set(column.forms) >= _EPOCHS:
        yield ("as",), "as: an N cannot be both epoch-seconds and epoch-milliseconds", ""
    if "number-text" in column.forms and name not in _NUMBERS and not _EPOCHS & set(column.forms):
        hint = "add epoch-seconds or epoch-milliseconds"
        yield ("as",), f"as: number-text alone means nothing for type {shown}", hint
    if column.zone and name not in _INSTANTS:
        yield ("zone",), f"zone does not fit type {shown}", ""
    if column.offset == "drop" and name not in {"date", "time"}:
        yield ("offset",), f"offset: drop does not fit type {shown}", ""
    if column.finer != "reject" and not _loses_digits(column):
        yield ("finer",), f"finer does not fit type {shown}", ""
    if column.null_elements == "keep" and not column.type.is_array:
        yield ("null_elements",), f"null_elements does not fit type {shown}", ""
    if column.on_null == "json" and name != "jsonb":
        yield ("on_null",), "on_null: json fits jsonb only", ""
    if column.key and (column.type.is_array or name in {"jsonb", "bytea", "double precision"}):
        yield ("key",), f"type {shown} cannot be a key", ""
    if column.key and _said_private(column):
        hint = "derive an id by uuid5, and keep the value in a column of its own"
        yield ("class",), f"a key of class {column.data_class} would stand in reports", hint
    if not _source_fits(column):
        yield ("type",), f"no value of this source fits type {shown}", _fitting(column.transform)


def _said_private(column: Column) -> bool:
    """Keys are printed as opaque; a key without a class is taken to be so."""
    said = "data_class" in column.model_fields_set
    return said and column.data_class in {"personal", "medical"}


def _loses_digits(column: Column) -> bool:
    if column.type.name == "numeric":
        return column.type.precision is not None
    return column.type.name in {"time", *_INSTANTS}


def _source_fits(column: Column) -> bool:
    name, is_array, length = column.type.name, column.type.is_array, column.type.length
    if isinstance(column.transform, Rest):
        return name == "jsonb"
    if isinstance(column.transform, Position):
        return name in _INTEGERS | {"numeric", "jsonb"} and not is_array
    if isinstance(column.transform, DerivedId):
        is_long_enough = length is None or length >= _UUID_CHARACTERS
        return name in {"uuid", "text", "varchar", "jsonb"} and not is_array and is_long_enough
    return True


def _fitting(transform: Transform) -> str:
    if isinstance(transform, Rest):
        return "rest: true fits jsonb"
    return "position fits integer" if isinstance(transform, Position) else "uuid5 fits uuid"


def _misfits_of_policy(column: Column) -> Iterator[Finding]:
    """Modifiers that contradict each other, or lack what they work on."""
    for name in ("on_null", "on_empty"):
        if getattr(column, name) == "default" and column.default is None:
            yield (name,), f"{name}: default needs a default", ""
    if column.unlisted != "reject" and column.values is None:
        yield ("unlisted",), "unlisted needs values", ""
    if column.orphans and not column.references:
        yield ("orphans",), "orphans needs references", ""
    if column.orphans == "null" and column.is_required:
        yield ("orphans",), "orphans: null does not fit a required column", ""
    if column.key:
        yield from _key_changers(column)


def _key_changers(column: Column) -> Iterator[Finding]:
    """What could turn two keys into one, so that one item's row stands for another's."""
    message = "two keys could become one through it"
    if column.finer != "reject":
        yield ("finer",), f"finer does not fit a key: {message}", ""
    if column.offset == "drop":
        yield ("offset",), f"offset: drop does not fit a key: {message}", ""
    for name in ("on_null", "on_empty"):
        if getattr(column, name) == "default":
            yield (name,), f"{name}: default does not fit a key: {message}", ""
    if column.default is not None:
        yield ("default",), f"default does not fit a key: {message}", ""
    if column.values is not None:
        targets = [repr(target) for target in column.values.values()]
        if len(set(targets)) < len(targets) or column.unlisted == "keep":
            yield ("values",), f"this value map does not fit a key: {message}", ""
