"""Which DynamoDB types are ordinary for a column, so that an item with them can go fast."""

from __future__ import annotations

from migrate.mapping.column import Column

# What the type's natural form is written in; a type that is not here is read from typed JSON.
_KIND: dict[str, str] = {
    "text": "S", "varchar": "S", "uuid": "S", "date": "S", "time": "S", "timestamp": "S",
    "timestamptz": "S", "boolean": "BOOL", "smallint": "N", "integer": "N", "bigint": "N",
    "numeric": "N", "double precision": "N",
}  # fmt: skip
_KIND_OF_FORM: dict[str, str] = {
    "number-text": "S", "boolean-text": "S", "epoch-seconds": "N", "epoch-milliseconds": "N",
}  # fmt: skip
_FAST_ARRAYS = {"text", "varchar", "uuid"}


def ordinary_kinds(column: Column) -> set[str]:
    """The types that generated code reads for a column; none: it needs all of the attribute."""
    name = column.type.name
    if name not in _KIND:
        return set()
    if column.type.is_array:
        return {"L"} if name in _FAST_ARRAYS and column.values is None else set()
    found = {_KIND[name]} | {_KIND_OF_FORM[form] for form in column.forms}
    return found | {"S"} if column.values is not None else found
