"""The published JSON Schema of report.json, derived from the record's dataclasses."""

from __future__ import annotations

import json
import types
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from migrate.report.json_form import FORMAT
from migrate.report.record import Record

_SCALARS: dict[Any, dict[str, Any]] = {
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    Any: {},
}


def record_schema() -> dict[str, Any]:
    """The schema of a whole report.json, as a plain object."""
    definitions: dict[str, Any] = {}
    _of(Record, definitions)
    root = definitions.pop("Record")
    root["properties"] = {
        "format": {"const": FORMAT, "description": "Version of this file's form."},
        **root["properties"],
        "content_hash": {
            "type": "string",
            "pattern": "^[0-9a-f]{64}$",
            "description": "SHA-256 over the canonical JSON (sorted keys, no spaces, ASCII,"
            " whole numbers without a point) of all other members.",
        },
    }
    root["required"] = ["format", *root["required"], "content_hash"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "report.json of migrate rehearse",
        **root,
        "$defs": dict(sorted(definitions.items())),
    }


def schema_text() -> str:
    """The schema as docs/reference/report.schema.json holds it."""
    return json.dumps(record_schema(), indent=2, ensure_ascii=False) + "\n"


def _of(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    if hint in _SCALARS:
        return dict(_SCALARS[hint])
    if is_dataclass(hint):
        return _reference(hint, definitions)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_of(argument, definitions) for argument in arguments]}
    if origin in (list, tuple):
        return {"type": "array", "items": _of(arguments[0], definitions)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _of(arguments[1], definitions)}
    raise TypeError(f"the schema has no form for {hint}")


def _reference(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    if kind.__name__ not in definitions:
        hints = get_type_hints(kind)
        definitions[kind.__name__] = {
            "description": " ".join((kind.__doc__ or "").split()),
            "type": "object",
            "properties": {name: _of(hint, definitions) for name, hint in hints.items()},
            "required": [
                entry.name
                for entry in fields(kind)
                if entry.default is MISSING and entry.default_factory is MISSING
            ],
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{kind.__name__}"}
