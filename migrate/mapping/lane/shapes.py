"""The msgspec types that accept exactly the ordinary items of a mapping."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Raw, Struct, UnsetType, defstruct
from msgspec import field as struct_field

from migrate.mapping.lane.reading import Level, Reading

Whole = dict[str, Any]
"""An attribute in typed JSON; its shape is yet to be checked."""

# What nobody reads: one type that holds text. The length makes two types in one attribute fail.
_Left = Annotated[dict[Literal["S", "N", "B"], str], Meta(min_length=1, max_length=1)]

_VALUES: dict[str, Any] = {"S": str, "N": str, "BOOL": bool}


class _Text(Struct, forbid_unknown_fields=True, gc=False):
    S: str


def item_type(level: Level, *, leaves_json: bool) -> type[Struct] | None:
    """The struct of an item, None where an attribute has a name that no struct can have.

    `leaves_json`: what a JSON column alone reads stays the bytes it stands in.
    """
    try:
        return _level_type(level, leaves_json)
    except ValueError:  # a quote, a backslash or a control character
        return None


def _level_type(level: Level, leaves_json: bool) -> type[Struct]:
    """A field is `f` and its reading's number."""
    fields = [_field(reading, leaves_json) for reading in level.readings()]
    return defstruct("Item", fields, kw_only=True, forbid_unknown_fields=True, gc=False)


def _field(reading: Reading, leaves_json: bool) -> tuple[str, Any, Any]:
    name, shape = field_name(reading), _attribute_type(reading, leaves_json)
    if reading.is_strict:
        return name, shape, struct_field(name=reading.name)
    return name, shape | UnsetType, struct_field(default=UNSET, name=reading.name)


def field_name(reading: Reading) -> str:
    return f"f{reading.number}"


def _attribute_type(reading: Reading, leaves_json: bool) -> Any:
    if reading.checks_itself and leaves_json:
        return Raw
    if reading.is_whole:
        return Whole
    if reading.inner is not None:
        return _struct({"M": _level_type(reading.inner, leaves_json)}, is_strict=False)
    if not reading.kinds:
        return _Left
    if reading.texts:
        return _struct({"L": list[_Text]}, is_strict=reading.is_strict)
    if reading.elements is not None:
        element = _struct({"M": _level_type(reading.elements, leaves_json)}, is_strict=True)
        return _struct({"L": list[element]}, is_strict=False)  # type: ignore[valid-type]
    return _struct({kind: _VALUES[kind] for kind in reading.kinds}, is_strict=reading.is_strict)


def _struct(values: dict[str, Any], *, is_strict: bool) -> Any:
    """One attribute: exactly one type where it is strict, else any of them or NULL."""
    if is_strict and len(values) == 1:
        return defstruct("Attribute", list(values.items()), forbid_unknown_fields=True, gc=False)
    kinds = values if is_strict else {**values, "NULL": bool}
    fields = [(kind, value | UnsetType, UNSET) for kind, value in kinds.items()]
    return defstruct("Attribute", fields, forbid_unknown_fields=True, gc=False)
