"""The JSON Schema of a mapping file, for editors: made from the models, never written by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from migrate.mapping.names import COLUMN_FORM
from migrate.mapping.spec import Mapping
from migrate.mapping.transforms import TRANSFORMS, NamedFunction, Rest

Schema = dict[str, Any]

# What an editor shows at a key. docs/reference/mapping-language.md says it in full.
_DESCRIPTIONS: dict[str, str] = {
    "mapping": "Version of the language.",
    "source": "Which items: the Amplify model, its key, its tombstone mark, its filter.",
    "model": "The Amplify model; its table is MODEL-apiId-environment.",
    "key": "In source: the DynamoDB key, partition key first. In columns: part of the primary key.",
    "tombstone": "Attribute that marks a soft delete (BOOL true); such items are counted only.",
    "where": "Condition; items (or elements) that do not meet it are filtered. In owns: SQL.",
    "target": "schema.table of the rows.",
    "columns": "The columns of a row, in the order they are evaluated.",
    "tables": "Further tables: one row an item.",
    "when": "Condition on the item; without it no row in this table.",
    "children": "Lists whose elements become rows.",
    "list": "Path of the list attribute.",
    "bad_element": "What a bad element rejects: the whole item, or only itself.",
    "leave": "Attributes that are not carried over, each with its reason.",
    "unknown": "An attribute nobody named: reject, leave, or keep in a column with rest: true.",
    "duplicates": "Rows that share a unique value: reject-all, or keep-first-by COLUMN.",
    "orphans": "A reference that points nowhere: reject, null, or stop.",
    "owns": "Which rows of the tables are ours: table, or {where: SQL}.",
    "indexes": "Secondary indexes: a list of column lists.",
    "type": "The column's PostgreSQL type.",
    "required": "Rejects what would be SQL NULL.",
    "default": "Stands for an absent attribute; never for a bad value.",
    "on_null": "What a NULL attribute becomes.",
    "on_empty": "What an empty text becomes.",
    "values": "Value map: source text to target value.",
    "unlisted": "What a text becomes that values does not list.",
    "as": "Further forms in which the value may be written.",
    "zone": "Offset of an AWSDateTime written without one, such as +09:00 or Z.",
    "finer": "What to do with digits finer than the type keeps.",
    "offset": "drop: leave out the offset of a date or time.",
    "null_elements": "keep: NULL elements of an array stay.",
    "references": "Foreign key to that table's primary key.",
    "unique": "Unique constraint.",
    "class": "How the value is shown; a column without a class is masked as medical.",
    "from": "Attribute of the item (inside children: of the element), or the first of several.",
    "parent": "Inside children: attribute of the item that holds the list.",
    "value": "The same value in every row.",
    "uuid5": "Id derived from parts: texts, {from: X}; in children {parent: X}, {position: 0}.",
    "position": "Inside children: the element's place, counted from this number.",
    "element": "Inside children: the element itself, for lists of scalars.",
    "rest": "The attributes that nobody named, with unknown: keep.",
    "call": "Named Python function, as module:function.",
    "not": "In conditions: holds for anything else, absent attributes included.",
    "present": "In conditions: whether the attribute is there and not NULL.",
    "with": "Paths of the values that the function gets.",
}


def json_schema() -> Schema:
    """Draft 2020-12. Transforms are flattened into the column object, as they are in YAML."""
    whole = Mapping.model_json_schema(by_alias=True)
    definitions = whole["$defs"]
    modifiers = {
        name: schema
        for name, schema in definitions["Column"]["properties"].items()
        if name != "transform"
    }
    for unused in ("Column", "Transform", "KeepFirst"):
        definitions.pop(unused, None)
    definitions["FirstColumn"] = _column(modifiers, definitions, in_first=True)
    definitions["FurtherColumn"] = _column(modifiers, definitions)
    definitions["ChildColumn"] = _column(modifiers, definitions, in_child=True)
    definitions["Child"]["properties"].pop("when")
    for holder, column in (
        (whole, "FirstColumn"),
        (definitions["Table"], "FurtherColumn"),
        (definitions["Child"], "ChildColumn"),
    ):
        holder["properties"]["columns"] = {
            "type": "object",
            "propertyNames": {"pattern": COLUMN_FORM},
            "additionalProperties": {"$ref": f"#/$defs/{column}"},
            "minProperties": 1,
        }
    _tidy(whole)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **whole}


def text() -> str:
    """As it stands in docs/reference/mapping.schema.json."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _column(
    modifiers: Schema, definitions: Schema, *, in_first: bool = False, in_child: bool = False
) -> Schema:
    properties, sources = dict(modifiers), []
    for key, kind in TRANSFORMS.items():
        if (kind.child_only and not in_child) or (kind is Rest and not in_first):
            continue
        schema = kind.model_json_schema(by_alias=True)
        definitions.update(schema.get("$defs", {}))
        properties.update(schema["properties"])
        if key == "uuid5" and not in_child:
            properties[key] = _without_list_parts(schema["properties"][key])
        sources.append({"required": schema["required"]})
    return {
        "type": "object",
        "properties": properties,
        "required": ["type"],
        "oneOf": sources,
        "dependentRequired": {"with": [_key_of(NamedFunction)]},
        "additionalProperties": False,
    }


def _key_of(kind: type) -> str:
    return next(key for key, one in TRANSFORMS.items() if one is kind)


def _without_list_parts(uuid5: Schema) -> Schema:
    kinds = [
        one
        for one in uuid5["items"]["anyOf"]
        if not one.get("$ref", "").endswith(("/ParentPart", "/PositionPart"))
    ]
    return {**uuid5, "items": {"anyOf": kinds}}


def _tidy(schema: Any) -> None:
    """Take out pydantic's titles and null alternatives; put in what each key means."""
    if isinstance(schema, list):
        for entry in schema:
            _tidy(entry)
    if not isinstance(schema, dict):
        return
    schema.pop("title", None)
    if "default" in schema and schema["default"] is None:
        del schema["default"]
    for name, inner in list(_inner(schema)):
        if name is not None:
            inner = {"description": _DESCRIPTIONS[name], **_without_null(inner)}
            schema["properties"][name] = inner
        _tidy(inner)


def _inner(schema: Schema) -> Iterator[tuple[str | None, Any]]:
    for key, entry in schema.items():
        if key == "properties":
            yield from list(entry.items())
        elif key == "$defs":
            yield from ((None, definition) for definition in entry.values())
        elif isinstance(entry, dict | list) and key not in {"enum", "required", "default"}:
            yield None, entry


def _without_null(schema: Schema) -> Schema:
    """A key is left out or given: pydantic's `X | None` is X."""
    kinds = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
    rest = {key: entry for key, entry in schema.items() if key != "anyOf"}
    if len(kinds) == 1:
        return {**rest, **kinds[0]}
    return {**rest, "anyOf": kinds} if kinds else schema
